"""Which beds and which targets were hit."""

from typing import Any

from dartd.game.accuracy import Accuracy, TargetDarts, add_up, count_darts, written
from dartd.game.beds import read_bed, read_beds
from dartd.game.catalog import new_game, read_options
from dartd.game.leg import Leg


def accuracy_of(game: str, *visits: str, **rules: Any) -> Accuracy:
    """Return the accuracy of one player alone in a leg."""
    options = read_options({"game": game, **rules})
    leg = Leg(new_game(options, 1), options)
    thrown = [(0, 0, beds, leg.play(0, 0, beds)) for beds in (read_beds(visit.split()) for visit in visits)]
    return count_darts(new_game(options, 1), thrown)[0, 0]


def test_a_bed_has_its_share_of_all_darts() -> None:
    """16 of 134 darts are 11.94 %."""
    counted = Accuracy()
    counted.beds.update({read_bed("D8"): 16, read_bed("20"): 118})

    assert written(counted)["beds"]["D8"] == {"hits": 16, "share": "11.94"}


def test_darts_at_a_double_are_split_by_where_they_went() -> None:
    """At a rest of 16 the target is D8: hit, its single, outside, or elsewhere; a bust counts as well."""
    own = accuracy_of("x01", "MISS D11 5", "8 D4", start=16)

    assert own.targets == {"D8": TargetDarts(darts=3, single=1, outside=1, other=1), "D4": TargetDarts(darts=1, hits=1)}
    assert written(add_up([own, own]))["targets"]["D4"]["rate"] == "100.00"
    assert (
        written(add_up([Accuracy(targets={"D8": TargetDarts(darts=24, hits=12, single=6, outside=6)})]))["targets"]["D8"]["rate"] == "50.00"
    )


def test_every_game_of_targets_is_counted() -> None:
    """The target changes with the hits or with the rounds."""
    assert accuracy_of("around_the_clock", "1 5 D2").targets == {
        "1": TargetDarts(darts=1, hits=1),
        "2": TargetDarts(darts=2, hits=1, other=1),
    }
    assert accuracy_of("bobs_27", "D1 1 2").targets == {"D1": TargetDarts(darts=3, hits=1, single=1, other=1)}
    assert accuracy_of("shanghai", "T1", "2").targets == {"1": TargetDarts(darts=1, hits=1), "2": TargetDarts(darts=1, hits=1)}
    assert accuracy_of("halve_it", "12 MISS 5").targets == {"12": TargetDarts(darts=3, hits=1, outside=1, other=1)}
    assert accuracy_of("cricket", "T20").targets == {}


def test_darts_that_do_not_count_are_left_out() -> None:
    """Neither the fourth dart nor those after the game shot are in any rate."""
    assert accuracy_of("x01", "D20 5", "T20", start=40).beds == {read_bed("D20"): 1}
    assert written(Accuracy()) == {"darts": 0, "beds": {}, "targets": {}}
