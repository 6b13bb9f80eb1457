"""The measures of rules."""

from typing import Any

from dartd.alerts.baseline import READY
from dartd.alerts.measures import BOARD, COMMITS, ENOUGH, STALE_S, Measures, Subject
from schemas.base import BoardId, CameraId, DartId, VisitId
from schemas.events import (
    BoardCoordinates,
    BoardReset,
    CalibrationChanged,
    DartBounceOut,
    EntityAdded,
    MatchStateChanged,
    TakeoutFinished,
    TakeoutOverdue,
)
from tests.support.alerts import CAMERAS, dart, sample

CAM0 = Subject("camera", "cam0")


def read(measures: Measures, now: float = 0.0) -> dict[Any, float | None]:
    """Return every value by measure and subject."""
    return {(reading.measure, reading.subject): reading.value for reading in measures.readings(now)}


def test_darts_say_something_when_they_are_enough_and_not_too_long_ago() -> None:
    """Latency, confidence, bounce-outs, and how far each camera is from the others."""
    measures = Measures(BoardId("main"))
    measures.take_sample(sample(), 0.0)
    for number in range(ENOUGH):
        few = read(measures)
        measures.take(dart(latency_ms=100.0 + number, confidence=0.9, deviations={"cam0": (0.3, 0.4)}), 0.0)
    measures.take(
        DartBounceOut(dart_id=DartId("d"), visit_id=VisitId("v"), dart_position=BoardCoordinates(x_mm=0.0, y_mm=0.0), time_on_board_ms=5),
        0.0,
    )
    many, old = read(measures), read(measures, STALE_S + 1.0)
    names = ("latency_p99_ms", "confidence", "bounce_out_share")

    assert [few[name, BOARD] for name in names] == [None] * 3
    assert [many[name, BOARD] for name in names] == [100.0 + ENOUGH - 2, 0.9, 1 / ENOUGH]
    assert (many["camera_deviation_mm", CAM0], many["camera_bias_mm", CAM0]) == (0.0, 0.5)
    assert [old[name, BOARD] for name in names] == [None] * 3


def test_scatter_is_no_bias() -> None:
    """A camera that is off now to the left, now to the right has not moved."""
    measures = Measures(BoardId("main"))
    measures.take_sample(sample(), 0.0)
    for number in range(ENOUGH + 1):
        measures.take(dart(deviations={"cam0": (0.8 if number % 2 else -0.8, 0.0)}), 0.0)
    found = read(measures)

    assert (found["camera_deviation_mm", CAM0], found["camera_bias_mm", CAM0]) == (0.75, 0.05)


def test_an_overdue_takeout_lasts_until_no_dart_is_left() -> None:
    """The board goes on without darts that still stand; a takeout that leaves none ends it, a reset, and who throws on."""
    measures, overdue = Measures(BoardId("main")), ("takeout_overdue", BOARD)
    ends = TakeoutFinished(visit_id=VisitId("v")), BoardReset(visit_id=VisitId("v")), dart()
    found = []
    for end in ends:
        measures.take(TakeoutOverdue(visit_id=VisitId("v"), count_remaining=1), 0.0)
        measures.take(TakeoutFinished(visit_id=VisitId("v"), count_remaining=1), 0.0)
        found.append(read(measures)[overdue])
        measures.take(end, 0.0)
        found.append(read(measures)[overdue])
    measures.take(TakeoutFinished(visit_id=VisitId("v"), count_remaining=1), 0.0)  # adopted at once, without having been overdue

    assert (found, read(measures)[overdue]) == ([1.0, 0.0] * 3, 0.0)


def test_figures_of_cameras_and_machine() -> None:
    """A camera that starts says nothing; commits must be some."""
    measures = Measures(BoardId("main"))
    measures.take_sample(sample({"state": "offline", "fps": 0.0}), 0.0)
    offline = read(measures)
    measures.take_sample(sample({"state": "starting"}), 1.0)
    starting = read(measures)
    measures.take_sample(sample({"fps": 15.0, "faults": ("black", "slow")}, commits_ms=(300.0,) * COMMITS), 2.0)
    measures.take(CalibrationChanged(camera_id=CameraId("cam0"), state="error", reason="no rings."), 2.0)
    ready = read(measures)

    assert [each["camera_offline", CAM0] for each in (offline, starting, ready)] == [1.0, None, 0.0]
    assert [each["camera_fps_share", CAM0] for each in (offline, starting, ready)] == [None, None, 0.5]
    assert [each["camera_fault", CAM0] for each in (offline, starting, ready)] == [None, None, 1.0]
    assert [each["commit_ms", BOARD] for each in (offline, ready)] == [None, 300.0]
    assert (ready["calibration_failed", CAM0], ready["disk_free_mb", BOARD], len(CAMERAS)) == (1.0, 9000.0, 3)


def test_a_match_is_idle_while_it_runs() -> None:
    """A match of another board is none of it."""
    measures = Measures(BoardId("main"))
    for match_id, board_id in (("m1", "main"), ("m2", "other")):
        measures.take(EntityAdded(entity_type="match", entity_id=match_id, payload={"board_id": board_id}, user_id="u"), 0.0)
    idle = []
    for match_id, status in (("m2", "running"), ("m1", "running"), ("m1", "paused")):
        measures.take(MatchStateChanged(match_id=match_id, status=status, previous_status=None, reason=""), 10.0)  # type: ignore[arg-type]  # each is a status
        idle.append(read(measures, 40.0)["turn_idle_s", BOARD])

    assert idle == [0.0, 30.0, 0.0]


def test_the_machine_has_its_usual_figures() -> None:
    """Learnt from its samples."""
    measures = Measures(BoardId("main"))
    for number in range(READY):
        measures.take_sample(sample(cpu_percent=30.0), float(number))

    assert measures.figures(0.0).usual["cpu_percent"] == 30.0
