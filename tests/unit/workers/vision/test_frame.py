"""A picture is decoded only as far as a caller asks."""

import numpy as np
import pytest

from tests.support.scene import HEIGHT, WIDTH, jpeg, outlook
from workers.vision.frame import SMALL, BadFrameError, Frame


def test_the_small_picture_is_a_quarter() -> None:
    """From JPEG or pixels, the small picture is grey and a quarter as wide and high, and both look alike."""
    picture = outlook().picture()
    decoded, reduced = Frame(1.0, jpeg=jpeg(picture)).small_grey(), Frame(1.0, pixels=picture).small_grey()

    assert decoded.shape == reduced.shape == (HEIGHT // SMALL, WIDTH // SMALL)
    assert decoded.dtype == reduced.dtype == np.uint8
    assert np.mean(np.abs(decoded.astype(int) - reduced)) < 2


def test_the_full_picture_is_what_was_taken() -> None:
    """Pixels are handed on as they are; JPEG comes back as it went in, but for the compression."""
    picture = outlook().picture()
    decoded = Frame(1.0, jpeg=jpeg(picture, 95)).color()

    assert Frame(1.0, pixels=picture).color() is picture
    assert decoded.shape == picture.shape
    assert np.mean(np.abs(decoded.astype(int) - picture)) < 4


def test_a_picture_is_decoded_once() -> None:
    """A second call returns the same picture, not another decoding."""
    frame = Frame(1.0, jpeg=jpeg(outlook().picture()))

    assert frame.color() is frame.color()
    assert frame.small_grey() is frame.small_grey()


@pytest.mark.parametrize("data", [None, b"", b"no picture", b"\xff\xd8\xff\xe0 cut off"])
def test_what_is_no_picture_is_refused(data: bytes | None) -> None:
    """Bytes that are no picture raise `BadFrameError`, asked for small or full, with words for people."""
    frame = Frame(1.0, jpeg=data)

    with pytest.raises(BadFrameError, match=r"empty|no picture"):
        frame.small_grey()
    with pytest.raises(BadFrameError, match=r"empty|no picture"):
        frame.color()


def test_a_frame_carries_its_time_and_sequence() -> None:
    """Time, sequence and whether it is a repeat come with the frame."""
    held = Frame(2.5, pixels=outlook().picture(), held=True, sequence_id="visit-1")

    assert (held.t_s, held.held, held.sequence_id) == (2.5, True, "visit-1")
    assert not Frame(2.5, jpeg=b"").held
    assert Frame(2.5, jpeg=b"").sequence_id is None
