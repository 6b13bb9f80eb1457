"""Beds as integers: every spelling of `parse_bed` has its code, and tables by code say what the bed says."""

import pytest

from dartd.game.beds import BULL, INNER, MISS, MULTIPLIERS, NUMBERS, SCORING, SINGLE_BULL, VALUES, bed_code, bed_label, read_bed, read_beds
from schemas.board import parse_bed

SPELLINGS = ["T20", "20", "S20", "double 16", "25", "SB", "BULL", "50", "DB", "miss", "M7", "bounce", "I5", "treble 19"]


@pytest.mark.parametrize("text", SPELLINGS)
def test_a_code_has_number_multiplier_and_value_of_its_bed(text: str) -> None:
    """Tables by code give what the bed itself gives."""
    bed = parse_bed(text)
    code = read_bed(text)

    assert code == bed_code(bed)
    assert VALUES[code] == bed.total
    assert MULTIPLIERS[code] == bed.multiplier
    assert NUMBERS[code] == (0 if bed.ring == "miss" else bed.base)


def test_there_are_62_scoring_beds_each_with_its_label() -> None:
    """A label reads back as its code, and no two beds have the same one."""
    labels = [bed_label(code) for code in SCORING]

    assert len(set(labels)) == 62
    assert [read_bed(label) for label in labels] == list(SCORING)
    assert read_beds(["T20", "d16", "MISS"]) == [83, 66, MISS]


def test_inner_and_outer_single_score_the_same() -> None:
    """The inner single has a code of its own, with the label and the value of the outer one."""
    assert read_bed("I20") == read_bed("S20") | INNER
    assert bed_label(read_bed("I20")) == "S20"
    assert VALUES[read_bed("I20")] == 20
    assert (VALUES[SINGLE_BULL], VALUES[BULL]) == (25, 50)


def test_what_is_no_bed_is_refused() -> None:
    """A text that names no bed raises, alone and in a list."""
    with pytest.raises(ValueError, match="T21"):
        read_bed("T21")
    with pytest.raises(ValueError, match="names no bed"):
        read_beds(["20", "D0"])
