"""The messages of the pipe."""

from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.base import CameraId, Message
from schemas.pipe.from_worker import Counters, FromWorker, Settled
from schemas.pipe.sightings import CrossSection
from schemas.pipe.to_worker import CameraControls, Configure, SourceSpec, ToWorker
from tests.support.values import values_of

_SAID: tuple[type[Message], ...] = (*get_args(FromWorker), *get_args(ToWorker))


def test_each_direction_has_its_own_names() -> None:
    """Within one direction no two messages may share a tag."""
    for union in (FromWorker, ToWorker):
        tags = [message.__struct_config__.tag for message in get_args(union)]
        assert len(set(tags)) == len(tags)


@pytest.mark.parametrize("message", get_args(FromWorker), ids=lambda each: each.__name__)
def test_a_worker_always_says_which_camera_it_is(message: type[Message]) -> None:
    """Every message of a worker must name its camera, so that one inbox serves all."""
    assert "camera_id" in message.__struct_fields__


def test_controls_refuse_what_they_do_not_know() -> None:
    """A mistyped control must not be ignored."""
    with pytest.raises(msgspec.ValidationError, match="exposure"):
        msgspec.convert({"exposure": 3}, CameraControls)


def test_configure_needs_the_camera_alone() -> None:
    """A camera must be describable by its name and its address."""
    configure = Configure(source=SourceSpec(camera_id=CameraId("left"), url="sim:"))

    assert (configure.lockstep, configure.calibration, configure.darts) == (False, None, ())
    assert Counters() == Counters(frames_read=0, frames_held=0, frames_dropped=0, frames_bad=0)


@given(values_of(CrossSection))
def test_sections_are_short_on_the_pipe(section: CrossSection) -> None:
    """Cross-sections come by the dozen: they must travel as bare numbers, without names."""
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(section)) == [
        section.u,
        section.v,
        section.half_width,
        section.weight,
        section.hidden,
    ]


@given(st.data())
def test_settled_keeps_all_it_saw(data: st.DataObject) -> None:
    """What a camera measured must arrive complete, evidence and all."""
    settled = data.draw(values_of(Settled))

    assert msgspec.msgpack.decode(msgspec.msgpack.encode(settled), type=Settled) == settled
    assert type(settled) in _SAID
