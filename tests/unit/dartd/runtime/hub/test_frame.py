"""The frame of a text message."""

from hypothesis import given
from hypothesis import strategies as st
from websockets.client import ClientProtocol
from websockets.frames import Frame
from websockets.protocol import OPEN
from websockets.uri import parse_uri

from dartd.runtime.hub.frame import text_frame


@given(lengths=st.lists(st.sampled_from([0, 1, 125, 126, 127, 65_535, 65_536, 70_000]), max_size=5))
def test_frames_are_read_by_others(lengths: list[int]) -> None:
    """Messages of any length, joined, are what an independent implementation reads."""
    messages = [b"x" * length for length in lengths]
    client = ClientProtocol(parse_uri("ws://board/"), state=OPEN)
    client.receive_data(b"".join(text_frame(message) for message in messages))

    assert [frame.data for frame in client.events_received() if isinstance(frame, Frame)] == messages
