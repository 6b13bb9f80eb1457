"""Published beds compared with true ones."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dartd.game.detection_accuracy import JudgedDart, Verdict, failure_mode, judge, level_of, report, ring_of, sector_of
from schemas.board import SECTORS

BEDS = ("T20", "D16", "S5", "25", "BULL", "M7", "MISS", "?", "NONE", *(f"S{sector}" for sector in SECTORS))


@pytest.mark.parametrize(
    ("told", "truth", "mode"),
    [
        ("T20", "T5", "adjacent_sector"),
        ("S6", "S13", "adjacent_sector"),
        ("T20", "S20", "other_ring"),
        ("M7", "D7", "other_ring"),
        ("25", "BULL", "other_ring"),
        ("25", "S4", "other_ring"),
        ("T20", "S1", "adjacent_sector_and_ring"),
        ("T20", "T3", "distant_bed"),
        ("BULL", "D4", "distant_bed"),
        ("?", "T20", "not_localised"),
        ("NONE", "T20", "not_detected"),
        ("MISS", "D20", "not_detected"),
        ("T20", "NONE", "no_dart"),
        ("T20", None, "bed_unknown"),
    ],
)
def test_failure_has_one_mode(told: str, truth: str | None, mode: str) -> None:
    """By the rings and sectors of both beds."""
    assert failure_mode(JudgedDart("d1", told, truth)) == mode


def test_last_verdict_counts() -> None:
    """Whatever was said before; a miss is one bed, whatever its sector; no verdict is none."""
    said = [Verdict(2.0, "T20"), Verdict(1.0, "T5")]
    assert judge("d1", "T20", said) == JudgedDart("d1", "T20", "T20")
    assert judge("d1", "M7", [Verdict(1.0, "MISS")]) == JudgedDart("d1", "M7", "M7")
    assert judge("d1", "T20", [*said, Verdict(3.0, None)]) == JudgedDart("d1", "T20", None)
    assert judge("d1", "T20", []) is None


def test_level_is_that_of_the_requirement() -> None:
    """Green over 90 %, yellow from 70 to 90 %, red below."""
    assert [level_of(rate) for rate in (1.0, 0.901, 0.9, 0.7, 0.699, 0.0)] == ["green", "green", "yellow", "yellow", "red", "red"]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(BEDS), st.none() | st.sampled_from(BEDS)), max_size=40), st.integers(0, 20))
def test_figures_add_up(beds: list[tuple[str, str | None]], more: int) -> None:
    """Every grouping counts every dart once, and every failure has a mode."""
    judged = [JudgedDart(f"d{k}", told, truth) for k, (told, truth) in enumerate(beds)]
    published = Counter(told for told, _ in beds) + Counter({"T20": more})
    found = report(published, judged)
    wrong = found.verified - found.correct

    assert (found.darts, found.verified) == (len(beds) + more, len(beds))
    assert found.correct == sum(told == truth for told, truth in beds)
    for groups in (found.by_sector, found.by_ring):
        assert tuple(sum(getattr(each, name) for each in groups) for name in ("darts", "verified", "correct")) == (
            found.darts,
            found.verified,
            found.correct,
        )
    assert sum(each.count for each in found.heat_map) == found.verified
    assert sum(each.count for each in found.confusion) == sum(truth is not None for _, truth in beds)
    assert len(found.failure_modes) <= 5
    assert sum(each.count for each in found.failure_modes) <= wrong
    assert {each.sector for each in found.by_sector} == {sector_of(told) for told in published}
    assert {each.ring for each in found.by_ring} == {ring_of(told) for told in published}
