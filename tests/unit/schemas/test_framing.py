"""Cutting a stream of bytes into messages."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.framing import MAX_PAYLOAD_BYTES, FramingError, Unframer, frame


@given(st.lists(st.binary(max_size=200), max_size=20), st.integers(1, 50))
def test_payloads_come_out_as_they_went_in_however_they_are_cut(payloads: list[bytes], piece: int) -> None:
    """Whatever the pieces in which bytes arrive, every payload comes out once, in order."""
    stream = b"".join(frame(payload) for payload in payloads)
    unframer = Unframer()

    out = [payload for start in range(0, len(stream), piece) for payload in unframer.feed(stream[start : start + piece])]

    assert out == payloads
    assert unframer.unfinished_bytes == 0


def test_half_a_message_is_kept_for_later() -> None:
    """An unfinished message gives nothing, and is finished by what follows."""
    whole = frame(b"twenty")
    unframer = Unframer()

    assert list(unframer.feed(whole[:7])) == []
    assert unframer.unfinished_bytes == 7
    assert list(unframer.feed(whole[7:])) == [b"twenty"]


def test_an_announced_giant_is_refused_before_it_comes() -> None:
    """A length over the limit raises at once, so that memory stays bounded; what came before it is given."""
    unframer = Unframer()
    whole = unframer.feed(frame(b"good") + struct.pack("<I", MAX_PAYLOAD_BYTES + 1))

    assert next(whole) == b"good"
    with pytest.raises(FramingError, match="the maximum is"):
        next(whole)


def test_a_payload_over_the_limit_is_not_framed() -> None:
    """The sender refuses what the receiver would refuse; the limit itself is allowed."""
    with pytest.raises(FramingError):
        frame(bytes(MAX_PAYLOAD_BYTES + 1))

    assert len(frame(bytes(MAX_PAYLOAD_BYTES))) == MAX_PAYLOAD_BYTES + 4
