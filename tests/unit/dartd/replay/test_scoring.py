"""Scoring a replay against the truth."""

from pathlib import Path

import msgspec
import pytest

from dartd.errors import RecordingError
from dartd.replay.replay import ReplayedEvent
from dartd.replay.scoring import Truth, load_truth, score
from schemas.base import BoardId, DartId, EventId, VisitId
from schemas.board import Ring
from schemas.events import (
    BoardCoordinates,
    DartBounceOut,
    DartHit,
    DartRemoved,
    Envelope,
    Fusion,
    JournalledEvent,
    MotionData,
    PolarCoordinates,
    Score,
    Suggestion,
    TakeoutFinished,
    TakeoutStarted,
    ThrowMiss,
    Timing,
)

VISIT = VisitId("v1")


def _truth(*expectations: dict[str, object]) -> Truth:
    frames = [{"t_ms": 1000 * k, "expect": expect} for k, expect in enumerate(expectations)]
    return msgspec.convert({"sequences": {"s": {"kind": "x", "end_ms": 9e9, "frames": frames}}}, Truth)


def _replayed(t_ms: float, event: JournalledEvent, sequence_id: str = "s") -> ReplayedEvent:
    envelope = Envelope(
        seq=1, event_id=EventId("e"), board_id=BoardId("b"), topic="board:b", at_s=0.0, timestamp="", event=event, wire=b"{}"
    )
    return ReplayedEvent(sequence_id=sequence_id, t_ms=t_ms, envelope=envelope)


def _hit(label: str, ring: Ring, x_mm: float = 0.0) -> DartHit:
    return DartHit(
        dart_id=DartId("d1"),
        visit_id=VISIT,
        dart_number=1,
        board_coordinates=BoardCoordinates(x_mm=x_mm, y_mm=0.0),
        polar_coordinates=PolarCoordinates(radius_mm=0.0, angle_rad=0.0, angle_deg=0.0),
        score=Score(base=20, multiplier=3, total=60, ring=ring, sector=20, label=label),
        fusion=Fusion(confidence=1.0, uncertainty_mm=1.0, cameras_used=(), num_cameras=3, wire_distance_mm=6.0, residual_mm=0.1),
        timing=Timing(settled_at="", latency_ms=0.0),
    )


def _miss() -> ThrowMiss:
    return ThrowMiss(visit_id=VISIT, dart_number=1, motion_data=MotionData(max_motion=0.1, motion_duration_ms=100), reason="timeout")


EXPECT_T20 = {"type": "dart_hit", "label": "T20", "ring": "triple", "x_mm": 0.0, "y_mm": 0.0}
EXPECT_MISS = {"type": "dart_hit", "label": "MISS", "ring": "miss"}


@pytest.mark.parametrize(
    ("expect", "event", "right"),
    [
        (EXPECT_T20, _hit("T20", "triple"), 1.0),
        (EXPECT_T20, _hit("S20", "inner_single"), 0.0),
        (EXPECT_T20, _miss(), 0.0),
        (EXPECT_MISS, _hit("M7", "miss"), 1.0),
        (EXPECT_MISS, _miss(), 1.0),
        ({"type": "dart_hit", "label": "S20", "ring": "inner_single"}, _hit("S20", "outer_single"), 0.0),
    ],
)
def test_dart_is_right_when_its_bed_is(expect: dict[str, object], event: JournalledEvent, right: float) -> None:
    """A bed is right by label and ring; outside the double any label is right, and a miss may be reported as such."""
    report = score(_truth(expect), [_replayed(10.0, event)])

    assert report.right == right
    assert bool(report.wrong) == (right < 1)


def test_distances_are_those_of_the_first_hits() -> None:
    """The distance counts from the first hit in a window; a second hit there is a false one."""
    events = [
        _replayed(0.0, _hit("T20", "triple", 2.0)),
        _replayed(500.0, _hit("T20", "triple", 9.0)),
        _replayed(1000.0, _hit("T20", "triple", 4.0)),
    ]

    report = score(_truth(EXPECT_T20, EXPECT_T20), events)

    assert (report.mm_median, report.mm_p95, report.false_hits, report.missed) == (3.0, 4.0, 1, 0)


def test_uncertainty_and_second_truth_are_judged() -> None:
    """A truth within the reported uncertainty is honest; the second truth has its own distances; errors are spread over the board."""
    events = [_replayed(0.0, _hit("T20", "triple", 0.5)), _replayed(1000.0, _hit("T20", "triple", 4.0))]

    report = score(_truth(EXPECT_T20 | {"axes_mm": [0.25, 0.0]}, EXPECT_T20), events)

    assert (report.honest, report.mm_axes_median, report.mm_axes_p95, report.mm_max) == (0.5, 0.25, 0.25, 4.0)
    assert report.expected_right is not None
    assert 0.8 < report.expected_right < 1.0


def test_suggestions_are_judged_where_the_bed_is_wrong() -> None:
    """The share counts wrong beds alone whose right one was suggested."""
    good = Suggestion(label="T20", ring="triple", sector=20, total=60, probability=0.4)
    saved = msgspec.structs.replace(_hit("S20", "inner_single"), suggestions=(good,))
    events = [_replayed(0.0, saved), _replayed(1000.0, _hit("S20", "inner_single")), _replayed(2000.0, _hit("T20", "triple"))]

    report = score(_truth(EXPECT_T20, EXPECT_T20, EXPECT_T20), events)

    assert (report.suggested, report.by_ring, report.by_kind) == (0.5, "triple 1/3", "x 1/3")


def test_dart_that_was_not_reported_is_missed() -> None:
    """Events before the dart, or in another sequence, do not count for it."""
    events = [_replayed(10.0, _hit("T20", "triple")), _replayed(1010.0, _hit("T20", "triple"), "other")]

    report = score(_truth({"type": "start"}, EXPECT_T20), events)

    assert (report.darts, report.missed, report.right, report.false_hits) == (1, 1, 0.0, 0)


def test_hit_where_none_was_thrown_is_false() -> None:
    """A hit while a hand is at the board is a false one."""
    report = score(_truth({"type": "hand"}), [_replayed(10.0, _hit("T20", "triple"))])

    assert (report.false_hits, report.takeout_started) == (1, 0.0)


def test_takeout_is_judged_by_its_three_parts() -> None:
    """The hand, the number of darts taken and the empty board each count; a dart that fell is asked for as such."""
    truth = _truth({"type": "hand"}, {"type": "dart_removed", "count": 3, "board_empty": True}, {"type": "fell_out", "count": 1})
    removed = DartRemoved(count_removed=2, count_remaining=0, removed_dart_ids=())
    events = [
        _replayed(1.0, TakeoutStarted(visit_id=VISIT, darts_in_board=3)),
        _replayed(1001.0, removed),
        _replayed(1002.0, TakeoutFinished(visit_id=VISIT)),
        _replayed(
            2001.0,
            DartBounceOut(dart_id=DartId("d"), visit_id=VISIT, dart_position=BoardCoordinates(x_mm=0.0, y_mm=0.0), time_on_board_ms=5),
        ),
    ]

    report = score(truth, events)

    assert (report.takeout_started, report.removed_right, report.takeout_finished) == (1.0, 0.0, 1.0)
    assert report.fell_out_told == 1.0  # codespell:ignore told
    assert report.wrong == ("s at 1000 ms: 3 darts taken, 2 reported",)


def test_nothing_to_be_right_about_is_no_share() -> None:
    """Without darts there is no share of right ones."""
    report = score(_truth({"type": "start"}), [])

    assert (report.right, report.mm_median, report.takeout_started) == (None, None, None)


@pytest.mark.parametrize("document", [None, b"{}"])
def test_truth_that_cannot_be_read_is_named(tmp_path: Path, document: bytes | None) -> None:
    """Without a readable truth.json there is an error that names it."""
    if document is not None:
        (tmp_path / "truth.json").write_bytes(document)

    with pytest.raises(RecordingError, match=r"truth\.json"):
        load_truth(tmp_path)
