"""Targets as they are written."""

import pytest

from dartd.game.beds import bed_label
from dartd.game.rules import RulesError
from dartd.game.targets import target_beds


@pytest.mark.parametrize(("target", "count", "example"), [
    ("15", 3, "T15"), ("D", 21, "BULL"), ("T", 20, "T1"), ("D17", 1, "D17"), ("25", 2, "BULL"), ("BULL", 1, "BULL"), ("ANY", 62, "S1"),
])  # fmt: skip
def test_a_target_is_a_set_of_beds(target: str, count: int, example: str) -> None:
    """A number in any ring, any double, any triple, a bed, either bull, the bull, or anything."""
    labels = {bed_label(bed) for bed in target_beds(target)}

    assert (len(labels), example in labels) == (count, True)


@pytest.mark.parametrize("target", ["X", "21", "MISS", "0"])
def test_what_is_no_target_is_refused(target: str) -> None:
    """A text that no dart can hit raises."""
    with pytest.raises(RulesError, match="no target"):
        target_beds(target)
