"""The decider of alerts."""

from typing import Any

import msgspec
import pytest

from dartd.alerts.baseline import READY
from dartd.alerts.rules import BUILTIN
from dartd.decision import WebhookSample, ZoneSample
from dartd.figures import OutletFigures
from schemas.base import CameraId, DartId, VisitId
from schemas.events import (
    AlertChanged,
    BoardCoordinates,
    CalibrationChanged,
    CameraStateChanged,
    DartBounceOut,
    EntityAdded,
    MatchStateChanged,
    TakeoutFinished,
    TakeoutOverdue,
)
from tests.support.alerts import Watched, alerts_decider, changes, dart, sample

VISIT = VisitId("v1")
BOUNCE = DartBounceOut(dart_id=DartId("d"), visit_id=VISIT, dart_position=BoardCoordinates(x_mm=0.0, y_mm=0.0), time_on_board_ms=5)


def _webhook(failing_s: float, lost: int) -> dict[str, Any]:
    return {"webhooks": (WebhookSample(webhook_id="wh", name="chat", failing_s=failing_s, lost=lost),)}


def _zone(count: int) -> dict[str, Any]:
    return {"zones": (ZoneSample(zone_id="z1", name="oche", count=count, min=1),)}


@pytest.mark.parametrize(
    ("name", "wrong", "within_s"),
    [
        ("camera_offline", sample({"state": "offline", "fps": 0.0}), 6),
        ("camera_fault", sample({"faults": ("frozen",)}), 6),
        ("camera_fps_low", sample({"fps": 9.0}), 16),
        ("journal_slow", sample(commits_ms=(900.0, 900.0)), 15),
        ("disk_nearly_full", sample(disk_free_mb=120.0), 11),
        ("webhook_failing", sample(**_webhook(301.0, 0)), 1),
        ("webhook_failing", sample(**_webhook(3600.0, 1)), 1),
        ("outlet_down", sample(outlets=(OutletFigures(name="mqtt", where="mqtt://broker", away_s=301.0, waiting=4),)), 1),
        ("zone_empty", sample(**_zone(0)), 601),
        ("backup_overdue", sample(backup_problem="no backup was made for 50 hours"), 1),
    ],
)
def test_a_wrong_figure_raises_one_alert_that_resolves_by_itself(name: str, wrong: Any, within_s: float) -> None:
    """Within its time, once however long it lasts, with a message, a cause and its figures."""
    board = Watched()
    assert board.pass_s(30) == []
    raised = board.pass_s(within_s + 1, wrong)
    again = board.pass_s(60, wrong)
    right = sample(**_webhook(0.0, 0) | _zone(1), commits_ms=(1.0,) * 5, outlets=(OutletFigures(name="mqtt"),))
    resolved = board.pass_s(120, right)
    (alert,), anomaly = [each.alert for each in raised], raised[0].anomaly

    assert (changes(raised), again, changes(resolved)) == ([(name, "pending")], [], [(name, "resolved")])
    assert "{" not in alert.message
    assert anomaly is not None
    assert (anomaly.alert_id, anomaly.description, bool(anomaly.root_cause)) == (alert.alert_id, alert.message, True)
    assert alert.context["measure"] == next(rule.measure for rule in BUILTIN if rule.name == name)
    assert resolved[0].anomaly is not None
    assert resolved[0].anomaly.resolved
    assert board.decider.open_alerts() == ()


def test_a_full_disk_is_one_alert() -> None:
    """Not another one because writing takes long; when there is space and writing takes long all the same, that is one."""
    board = Watched()
    raised = board.pass_s(30, sample(disk_free_mb=0.0, commits_ms=(1000.0,)))
    freed = board.pass_s(30, sample(commits_ms=(1000.0,)))

    assert (changes(raised), changes(freed)) == (
        [("disk_nearly_full", "pending")],
        [("disk_nearly_full", "resolved"), ("journal_slow", "pending")],
    )


def test_a_disk_that_takes_nothing_is_known_in_the_middle_of_play() -> None:
    """However many events were written in the minute before."""
    board = Watched()
    board.pass_s(60, sample(commits_ms=(2.0,) * 5))

    assert changes(board.pass_s(24, sample(commits_ms=(1000.0,)))) == [("journal_slow", "pending")]


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("detection_latency_high", {"latency_ms": 612.0}),
        ("confidence_falling", {"confidence": 0.5}),
        ("calibration_drift", {"deviations": {"cam1": (6.0, 0.0)}}),
    ],
)
def test_darts_that_are_other_than_usual_raise_an_alert(name: str, wrong: dict[str, Any]) -> None:
    """Compared with what was learnt; and it ends when darts are as usual again."""
    board = Watched()
    quiet = board.throw(READY + 30, latency_ms=300.0)
    raised = board.throw(30, **{"latency_ms": 300.0, **wrong})
    resolved = board.throw(60, latency_ms=300.0)

    assert (quiet, changes(raised), changes(resolved)) == ([], [(name, "pending")], [(name, "resolved")])
    assert (raised[0].alert.camera_id, raised[0].alert.status) == ("cam1" if "deviations" in wrong else None, "pending")
    if name == "detection_latency_high":
        assert raised[0].alert.context["p99_ms"] == 612.0
        assert 300 <= raised[0].alert.context["baseline_ms"] < 309


def test_a_camera_whose_lines_are_not_used_disagrees() -> None:
    """Which makes detection less certain, and that has the same cause; a loose camera whose lines are used has not moved."""
    board = Watched()
    quiet = board.throw(2 * READY)
    raised = board.throw(20, unused="cam2", confidence=0.66)
    resolved = board.throw(20)
    loose = [each for number in range(24) for each in board.throw(1, deviations={"cam2": (0.7 if number % 2 else -0.7, 0.0)})]

    assert (quiet, loose) == ([], [])
    assert [(each.alert.alert_type, each.alert.camera_id, each.alert.status) for each in (*raised, *resolved)] == [
        ("cameras_disagree", "cam2", "pending"),
        ("cameras_disagree", "cam2", "resolved"),
    ]
    assert "on 47 % of the darts" in raised[0].alert.message


def test_darts_that_fall_out_takeouts_and_calibrations() -> None:
    """By the events of the board."""
    board = Watched()
    board.throw(10)
    for _ in range(8):
        board.take(dart(), BOUNCE)
    bounced = board.pass_s(2)
    board.throw(60)
    board.take(TakeoutOverdue(visit_id=VISIT, count_remaining=1))
    overdue = board.pass_s(25)
    board.take(TakeoutFinished(visit_id=VISIT))
    over = board.pass_s(2)
    board.take(CalibrationChanged(camera_id=CameraId("cam0"), state="error", reason="the rings could not be found."))
    refused = board.pass_s(20, sample({"state": "error", "fps": 20.0}))
    board.take(CalibrationChanged(camera_id=CameraId("cam0"), state="ready"))
    calibrated = board.pass_s(2)

    assert (changes(bounced), changes(overdue), changes(over)) == (
        [("bounce_outs_many", "pending")],
        [("takeout_overdue", "pending")],
        [("takeout_overdue", "resolved")],
    )
    assert (changes(refused), changes(calibrated)) == ([("calibration_failed", "pending")], [("calibration_failed", "resolved")])
    assert "the rings could not be found. Take" in refused[0].alert.message


def test_a_match_in_which_no_one_throws() -> None:
    """For five minutes; the next dart ends it."""
    board = Watched()
    board.take(EntityAdded(entity_type="match", entity_id="m1", payload={"board_id": "main"}, user_id="u"))
    board.take(MatchStateChanged(match_id="m1", status="running", previous_status=None, reason=""))
    idle = board.pass_s(302)
    resolved = board.throw(1, pause_s=1.0)

    assert (changes(idle), changes(resolved)) == ([("turn_idle", "pending")], [("turn_idle", "resolved")])
    assert idle[0].alert.context["match_id"] == "m1"


def test_a_camera_that_is_gone_is_not_one_that_could_not_be_calibrated() -> None:
    """What was refused before it went says nothing any more."""
    board, camera = Watched(), CameraId("cam0")
    board.take(CalibrationChanged(camera_id=camera, state="error", reason="no rings"))
    board.take(CameraStateChanged(camera_id=camera, state="offline", previous_state="error", reason="unplugged"))

    assert changes(board.pass_s(30, sample({"state": "error", "fps": 0.0}))) == [("camera_offline", "pending")]


def test_a_camera_that_was_knocked_is_one_alert() -> None:
    """Its lines are a little off or not used; that detection is less certain, and the others differ from it, has the same cause."""
    for off_mm, confidence in ((0.3, 0.9), (0.5, 0.7), (0.9, 0.7)):
        board = Watched()
        board.throw(READY + 20)
        off = {"cam0": (0.9 * off_mm, 0.0), "cam1": (off_mm, 0.0), "cam2": (-0.9 * off_mm, 0.0)}
        raised = board.throw(30, confidence=confidence, deviations=off)
        resolved = board.throw(30)

        assert [(each.alert.alert_type, each.alert.camera_id, each.alert.status) for each in (*raised, *resolved)] == [
            ("calibration_drift", "cam1", "pending"),
            ("calibration_drift", "cam1", "resolved"),
        ]


def test_one_cause_is_one_alert() -> None:
    """A camera whose picture is frozen, slow and cannot be calibrated; one that is removed takes its alert with it."""
    board = Watched()
    board.take(CalibrationChanged(camera_id=CameraId("cam0"), state="error", reason="no picture"))
    wrong = sample({"faults": ("frozen",), "fps": 1.0})
    raised = board.pass_s(60, wrong)
    gone = msgspec.structs.replace(sample(), cameras=sample().cameras[1:])
    resolved = board.pass_s(5, gone)

    assert changes(raised) == [("camera_fault", "pending")]
    assert changes(resolved) == [("camera_fault", "resolved")]


def test_it_remembers_over_a_restart() -> None:
    """Open alerts, their numbers and what is usual; what a person has acknowledged meanwhile is followed."""
    board = Watched()
    board.throw(READY + 20, latency_ms=300.0)
    (first,) = board.pass_s(10, sample({"state": "offline"}))
    after, fresh = alerts_decider(), alerts_decider()
    acknowledged = AlertChanged(alert=msgspec.structs.replace(first.alert, status="acknowledged", acknowledged=True), anomaly=first.anomaly)
    after.restore(board.decider.memory(50.0), [(acknowledged, 0.0)], now=0.0, epoch_s=50.0)
    fresh.restore(None, [(first, 0.0)], now=0.0, epoch_s=0.0)
    same = after.memory(50.0)
    board.decider.step([acknowledged], board.now)

    assert same == board.decider.memory(50.0)
    assert after.open_alerts() == (acknowledged.alert,)
    assert (fresh.open_alerts(), after.deadline()) == ((first.alert,), None)
    with pytest.raises(msgspec.DecodeError):
        fresh.restore(b"{", [], now=0.0, epoch_s=0.0)
