"""Ways to finish: complete, legal, ranked as published tables have them, and the facts of the arithmetic by enumeration."""

from collections import Counter
from itertools import product
from typing import Any

import pytest

from dartd.game.beds import BULL, DOUBLES, SCORING, SINGLE_BULL, VALUES, bed_label, read_bed, read_beds
from dartd.game.checkouts import hints, routes, setup
from dartd.game.preferences import NO_PREFERENCES, Preferences
from dartd.game.rules import Bull
from dartd.game.totals import Condition, bed_values, satisfying
from tests.support.matches import leg_of
from tests.support.published_checkouts import PUBLISHED

RESTS = range(2, 171)
DOUBLE_OUT = satisfying("double", "25/50")


def written(route: tuple[int, ...]) -> str:
    """Write a route with plain singles."""
    return " ".join(bed_label(bed).removeprefix("S") for bed in route)


def test_42336_checkouts_of_162_rests() -> None:
    """With double out 162 rests can be finished; as sets of darts with a last one there are 42 336 ways, 82 047 in order."""
    found = {rest: routes(rest, 3) for rest in RESTS}
    distinct = {(tuple(sorted(route[:-1])), route[-1]) for each in found.values() for route in each}

    assert sum(bool(each) for each in found.values()) == 162
    assert len(distinct) == 42_336
    assert sum(len(each) for each in found.values()) == 21 + 62 * 21 + 62 * 62 * 21
    assert sum(bool(routes(rest, 2)) for rest in RESTS) == 102


@pytest.mark.parametrize("out", ["straight", "double", "master"])
@pytest.mark.parametrize("bull", ["25/50", "50/50"])
def test_routes_are_what_enumeration_finds(out: Condition, bull: Bull) -> None:
    """All two-dart routes, and no others, in every way out."""
    values, closing = bed_values(bull), satisfying(out, bull)
    every = [(bed,) for bed in SCORING if bed in closing] + [pair for pair in product(SCORING, SCORING) if pair[1] in closing]
    for rest in (2, 25, 32, 50, 60, 97, 120):
        expected = {route for route in every if sum(values[bed] for bed in route) == rest}
        found = routes(rest, 2, out, bull)

        assert set(found) == expected
        assert len(found) == len(expected)


def test_first_choices_are_published_ones() -> None:
    """At three darts at least 150 of 162 first choices are first choices of published tables."""
    for rest, choices in PUBLISHED.items():
        for choice in choices:
            assert sum(VALUES[read_bed(bed)] for bed in choice.split()) == rest
            assert read_bed(choice.split()[-1]) in DOUBLE_OUT
    agreed = [rest for rest in PUBLISHED if written(routes(rest, 3)[0]) in PUBLISHED[rest]]

    assert len(PUBLISHED) == 162
    assert len(agreed) >= 150


@pytest.mark.parametrize(
    ("ways", "opening", "closing"),
    [
        (3944, SCORING, DOUBLE_OUT),
        (574, DOUBLE_OUT, DOUBLE_OUT),
        (223_026, SCORING, satisfying("master", "25/50")),
        (223_026, SCORING, SCORING),
    ],
)
def test_nine_dart_legs(ways: int, opening: tuple[int, ...], closing: tuple[int, ...]) -> None:
    """501 in nine darts, counted over all orders."""
    counts = Counter({0: 1})
    for dart in range(9):
        beds = opening if dart == 0 else [bed for bed in closing if bed in SCORING] if dart == 8 else SCORING
        values = Counter(VALUES[bed] for bed in beds if bed in SCORING)
        longer: Counter[int] = Counter()
        for total, count in counts.items():
            for value, beds_with_it in values.items():
                longer[total + value] += count * beds_with_it
        counts = longer

    assert counts[501] == ways


@pytest.mark.parametrize(("opening", "fewest"), [
    (SCORING, [2, 4, 6, 7, 9, 11, 12, 14, 16, 17]), (DOUBLE_OUT, [3, 4, 6, 8, 9, 11, 13, 14, 16, 18]),
])  # fmt: skip
def test_fewest_darts(opening: tuple[int, ...], fewest: list[int]) -> None:
    """The fewest darts of a leg from 101 to 1001 with double out, straight and double in."""
    scoring, closing = {VALUES[bed] for bed in SCORING}, {VALUES[bed] for bed in DOUBLE_OUT if bed in SCORING}
    first = {VALUES[bed] for bed in opening if bed in SCORING}
    needed: dict[int, int] = {}
    reached = first
    for darts in range(2, 19):
        for start in range(101, 1002, 100):
            if start not in needed and any(start - value in reached for value in closing):
                needed[start] = darts
        reached = {total + value for total in reached for value in scoring if total + value < 1002}

    assert [needed[start] for start in range(101, 1002, 100)] == fewest


@pytest.mark.parametrize("out", ["straight", "double", "master"])
@pytest.mark.parametrize("preferences", [NO_PREFERENCES, Preferences(preferred_doubles=(DOUBLES[15], DOUBLES[9]), avoid_bull=True)])
def test_hints_are_the_first_of_all_routes(out: Condition, preferences: Preferences) -> None:
    """The short search finds what the complete one ranks first."""
    for rest in range(2, 171, 3):
        for darts in (1, 2, 3):
            assert list(hints(rest, darts, out, "25/50", preferences)) == routes(rest, darts, out, "25/50", preferences)[:3]


def test_routes_use_the_darts_that_are_left() -> None:
    """With one dart there is no route of three, and what cannot be finished has none."""
    assert hints(170, 2, "double", "25/50") == ()
    assert [written(route) for route in hints(40, 1, "double", "25/50")] == ["D20"]
    assert routes(169, 3) == []
    assert routes(1, 3) == routes(0, 3) == routes(40, 0) == routes(501, 3) == []
    assert [written(route) for route in routes(180, 3, "straight")] == ["T20 T20 T20"]


def test_either_ring_of_a_fat_bull_finishes_fifty() -> None:
    """With 50/50 the rest 25 has no finish with one dart, and 50 has two."""
    assert routes(25, 1, "straight", "50/50") == []
    assert {route[0] for route in routes(50, 1, "double", "50/50")} == {SINGLE_BULL, BULL}


def test_players_have_preferences() -> None:
    """Routes that end in a preferred double come first, in their order; the bull can be avoided."""
    d16 = Preferences(preferred_doubles=(read_bed("D16"), read_bed("D10")))

    assert written(hints(52, 3, "double", "25/50", NO_PREFERENCES)[0]) == "12 D20"
    assert written(hints(52, 3, "double", "25/50", d16)[0]) == "20 D16"
    avoiding = hints(170, 3, "double", "25/50", Preferences(avoid_bull=True))
    assert written(avoiding[0]) == "T20 T20 BULL"
    assert BULL not in hints(110, 3, "double", "25/50", Preferences(avoid_bull=True))[0]


def test_without_a_finish_the_best_rest_is_left() -> None:
    """The darts leave a rest that is finished best, never a bogey; with a finish there is nothing to set up."""
    assert setup(40, 3) == ()
    for rest in (159, 162, 163, 165, 166, 168, 169, 171, 180, 230):
        left = rest - sum(VALUES[bed] for bed in setup(rest, 3))
        assert routes(left, 3)
    assert 82 - sum(VALUES[bed] for bed in setup(82, 1)) in {2 * number for number in range(1, 21)}
    assert written(setup(501, 1)) == "T20"
    assert setup(3, 1) == (read_bed("1"),)


def test_a_leg_has_hints_only_when_the_side_is_in() -> None:
    """Before the opening there are none; afterwards those for the darts left, of the rest in the running visit."""
    rules: dict[str, Any] = {"start": 40, "in": "double"}
    assert leg_of("x01", "MISS", **rules).game.checkouts(3) == []
    assert leg_of("x01", "T20", start=100).game.checkouts(2)[0] == (DOUBLES[19],)
    assert leg_of("x01", "T20", start=400).game.checkouts(2) == []
    assert read_beds(["D20"]) == [DOUBLES[19]]
