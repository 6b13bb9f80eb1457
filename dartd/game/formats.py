"""The formats that are built in: rules and legs that are played often, with names to search for."""

from typing import Final

from dartd.game.around_the_clock import AroundTheClock
from dartd.game.bobs_27 import Bobs27
from dartd.game.catalog import AnyOptions
from dartd.game.count_up import CountUp
from dartd.game.cricket import Cricket
from dartd.game.finish_121 import Finish121
from dartd.game.flow import Format
from dartd.game.halve_it import HalveIt
from dartd.game.killer import Killer
from dartd.game.shanghai import Shanghai
from dartd.game.x01 import X01
from schemas.base import Value


class SideLimits(Value, frozen=True, kw_only=True):
    """How many sides play, and of how many players each is (None: as they like)."""

    min: int = 1
    max: int = 20
    team_size: int | None = None


class BuiltinFormat(Value, frozen=True, kw_only=True):
    """A format that is read only; a copy of it can be changed."""

    format_id: str
    name: str
    description: str
    tags: tuple[str, ...]
    rules: AnyOptions
    format: Format = Format()
    sides: SideLimits = SideLimits()
    builtin: bool = True

    @property
    def game(self) -> str:
        """Return the name of the game."""
        return str(self.rules.__struct_config__.tag)

    def matches(self, query: str) -> bool:
        """Return whether every word of a query stands in name, description, tags, game or start score."""
        start = getattr(self.rules, "start", "")
        text = " ".join([self.name, self.description, *self.tags, self.game, str(start)]).lower()
        return all(word in text for word in query.lower().split())


_TWO: Final = SideLimits(min=2, max=2)
_DOUBLES: Final = SideLimits(min=2, max=2, team_size=2)
_ALONE: Final = SideLimits()

BUILTIN: Final = tuple(
    BuiltinFormat(format_id=format_id, name=name, description=description, tags=tuple(tags.split()), rules=rules, format=form, sides=sides)
    for format_id, name, description, tags, rules, form, sides in (
        ("501", "501, first to 3", "501 double out, first to three legs", "x01 league", X01(), Format(legs=3), _TWO),
        ("501-best-of-5", "501, best of 5", "501 double out, five legs at most", "x01 league", X01(), Format(goal="best_of", legs=5), _TWO),
        ("301-double-in", "301, double in", "301 double in and double out", "x01", X01(start=301, in_="double"), Format(legs=3), _TWO),
        ("701-doubles", "701 doubles", "two players a side, first to three", "x01 team", X01(start=701), Format(legs=3), _DOUBLES),
        ("501-master-out", "501, master out", "double, triple or bull finishes", "x01", X01(out="master"), Format(legs=3), _TWO),
        (
            "world-championship",
            "World Championship",
            "three sets of first to three legs, the last set two clear until 5-5",
            "x01 professional sets",
            X01(),
            Format(sets=3, legs=3, two_clear="final_set", sudden_death_at=5),
            _TWO,
        ),
        (
            "world-grand-prix",
            "World Grand Prix",
            "double in, double out, two sets of first to three legs",
            "x01 professional sets",
            X01(in_="double"),
            Format(sets=2, legs=3),
            _TWO,
        ),
        (
            "501-league-bull",
            "501 league, 13 rounds",
            "after 13 rounds the bull decides the leg",
            "x01 league bull",
            X01(max_rounds=13, max_rounds_end="bull_off"),
            Format(legs=3),
            _TWO,
        ),
        (
            "501-best-of-6",
            "501, best of 6",
            "six legs at most, 3-3 is a draw",
            "x01 league draw",
            X01(),
            Format(goal="best_of", legs=6),
            _TWO,
        ),
        ("cricket", "Cricket", "15 to 20 and the bull, first to two legs", "cricket", Cricket(), Format(legs=2), _TWO),
        ("cricket-cut-throat", "Cut-throat Cricket", "points go to the others", "cricket", Cricket(mode="cut_throat"), Format(), _ALONE),
        ("cricket-no-score", "Cricket without points", "closing alone decides", "cricket", Cricket(mode="no_score"), Format(), _ALONE),
        ("tactics", "Tactics", "10 to 20 and the bull", "cricket", Cricket(tactics=True), Format(), _TWO),
        ("around-the-clock", "Around the Clock", "1 to 20 and the bull", "practice", AroundTheClock(), Format(), _ALONE),
        (
            "around-the-clock-doubles",
            "Around the Clock, doubles",
            "every double and the bull",
            "practice doubles",
            AroundTheClock(mode="double"),
            Format(),
            _ALONE,
        ),
        ("bobs-27", "Bob's 27", "three darts at every double", "practice doubles", Bobs27(), Format(), _ALONE),
        ("shanghai", "Shanghai", "1 to 7, a Shanghai wins at once", "party", Shanghai(), Format(), _ALONE),
        ("shanghai-20", "Shanghai to 20", "1 to 20, a Shanghai wins at once", "party", Shanghai(to=20), Format(), _ALONE),
        ("count-up", "Count-Up", "eight rounds, every bed counts", "party practice", CountUp(), Format(), _ALONE),
        ("halve-it", "Halve-It", "a target a round, or half of the score", "party", HalveIt(), Format(), _ALONE),
        ("killer", "Killer", "three lives each", "party", Killer(), Format(), SideLimits(min=2)),
        ("170-practice", "170 practice", "finish 170", "x01 practice", X01(start=170), Format(), _ALONE),
        ("121", "121", "finish 121 in nine darts, then one more", "practice finishing", Finish121(), Format(), _ALONE),
    )
)


def search(query: str) -> list[BuiltinFormat]:
    """Return the built-in formats that a query finds, in their order."""
    return [entry for entry in BUILTIN if entry.matches(query)]
