"""Messages from a camera process."""

from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.base import Message
from schemas.pipe.from_worker import Counters, FromWorker, Settled
from tests.support.values import values_of


def test_tags_are_unique() -> None:
    """No two messages may share a tag."""
    tags = [message.__struct_config__.tag for message in get_args(FromWorker)]

    assert len(set(tags)) == len(tags)


@pytest.mark.parametrize("message", get_args(FromWorker), ids=lambda each: each.__name__)
def test_every_message_names_its_camera(message: type[Message]) -> None:
    """Every message of a camera process must name its camera, so that one inbox serves all."""
    assert "camera_id" in message.__struct_fields__


def test_counters_start_at_zero() -> None:
    """A process that has just started must have counted nothing."""
    assert Counters() == Counters(frames_read=0, frames_held=0, frames_dropped=0, frames_bad=0)


@pytest.mark.slow
@given(st.data())
def test_settled_survives_the_pipe(data: st.DataObject) -> None:
    """What a camera measured must arrive complete, including the evidence."""
    settled = data.draw(values_of(Settled))

    assert msgspec.msgpack.decode(msgspec.msgpack.encode(settled), type=Settled) == settled
    assert type(settled) in get_args(FromWorker)
