"""Events of one camera."""

import msgspec
import pytest

from schemas.base import CameraId
from schemas.codec import decode_journalled, encode_wire
from schemas.events.camera import CalibrationChanged, CameraStateChanged


def test_events_of_cameras_are_read_as_they_were_written() -> None:
    """They name their camera, and survive encoding."""
    for event in (
        CameraStateChanged(camera_id=CameraId("cam0"), state="offline", previous_state="ready", reason="unplugged"),
        CalibrationChanged(camera_id=CameraId("cam0"), state="ready", residual_px=0.2, residual_mm=0.1),
    ):
        assert decode_journalled(encode_wire(event, {"seq": 1})) == event


def test_a_state_that_no_camera_has_is_refused() -> None:
    """The states are a closed list."""
    with pytest.raises(msgspec.ValidationError, match="asleep"):
        decode_journalled(b'{"event_type":"camera_state_changed","camera_id":"c","state":"asleep","previous_state":"ready"}')
