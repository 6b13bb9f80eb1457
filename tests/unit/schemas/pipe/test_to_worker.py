"""Messages to a camera process."""

from typing import get_args

import msgspec
import pytest

from schemas.base import CameraId
from schemas.pipe.to_worker import CameraControls, Configure, SourceSpec, ToWorker, overlay_file


def test_tags_are_unique() -> None:
    """No two messages may share a tag."""
    tags = [message.__struct_config__.tag for message in get_args(ToWorker)]

    assert len(set(tags)) == len(tags)


def test_unknown_controls_are_refused() -> None:
    """A mistyped control must be an error."""
    with pytest.raises(msgspec.ValidationError, match="exposure"):
        msgspec.convert({"exposure": 3}, CameraControls)


def test_configure_needs_only_the_source() -> None:
    """A camera must be describable by its name and its address."""
    configure = Configure(source=SourceSpec(camera_id=CameraId("left"), url="sim:"))

    assert (configure.lockstep, configure.calibration, configure.darts) == (False, None, ())


def test_overlay_file_is_safe_for_any_camera_name() -> None:
    """A camera's name must never become part of a path."""
    assert overlay_file(CameraId("../left")) != overlay_file(CameraId("left"))
    assert ".." not in overlay_file(CameraId("../left"))
