"""Topics of events."""

import msgspec

from dartd.store.event_topics import topic_of
from schemas.base import BoardId, CameraId, VisitId
from schemas.events import AlertChanged, CalibrationChanged, TakeoutStarted
from tests.support.alerts import ALERT

BOARD = BoardId("main")


def test_topics_of_cameras_and_boards_differ() -> None:
    """What concerns a camera goes to its topic, the rest to the board's."""
    topics = [
        topic_of(CalibrationChanged(camera_id=CameraId("cam1"), state="ready"), BOARD),
        topic_of(TakeoutStarted(visit_id=VisitId("v"), darts_in_board=3), BOARD),
    ]

    assert topics == ["camera:cam1", "board:main"]


def test_topics_of_alerts() -> None:
    """The severity, and whether it is about performance."""
    other = msgspec.structs.replace(ALERT, severity="high", operation_type="camera")

    assert [topic_of(AlertChanged(alert=each), BOARD) for each in (ALERT, other)] == ["alerts:warning:performance", "alerts:high"]
