"""Re-encoding of photos."""

import subprocess
import sys

import cv2
import numpy as np
import pytest

from tests.support.waiting import DEADLINE_S
from workers.photo import MAX_SIDE_PX, encode_again

_TOP_RED = np.zeros((8, 16, 3), np.uint8)
_TOP_RED[:4] = (0, 0, 255)


def _decode(body: bytes, flags: int) -> "cv2.typing.MatLike":
    image = cv2.imdecode(np.frombuffer(body, np.uint8), flags)
    assert image is not None
    return image


def _exif(orientation: int, secret: bytes) -> bytes:
    """Return an EXIF segment of JPEG with an orientation, and some bytes behind it."""
    entry = b"\x01\x12\x00\x03\x00\x00\x00\x01" + orientation.to_bytes(2, "big") + b"\x00\x00"
    tiff = b"MM\x00*\x00\x00\x00\x08\x00\x01" + entry + b"\x00\x00\x00\x00" + secret
    segment = b"Exif\x00\x00" + tiff
    return b"\xff\xe1" + (len(segment) + 2).to_bytes(2, "big") + segment


def test_a_jpeg_loses_its_metadata_and_keeps_its_orientation() -> None:
    """The position is gone; a picture that was stored upside down is stored upright."""
    plain = cv2.imencode(".jpeg", _TOP_RED)[1].tobytes()
    given = plain[:2] + _exif(3, b"N 48 8 0 E 11 34 0") + plain[2:]
    found = encode_again(given, "jpeg")
    assert found is not None
    upright = _decode(found, cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)

    assert b"N 48" in given
    assert b"N 48" not in found
    assert b"Exif" not in found
    assert upright[7, 8, 2] > 200 > upright[0, 8, 2]


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
def test_large_photos_become_smaller(kind: str) -> None:
    """The longer side has at most 1024 pixels; the format stays."""
    given = cv2.imencode(f".{kind}", np.zeros((100, 2048, 3), np.uint8))[1].tobytes()
    found = encode_again(given, kind)
    assert found is not None
    image = _decode(found, cv2.IMREAD_COLOR)

    assert image.shape == (50, MAX_SIDE_PX, 3)
    assert found[:4] == given[:4]


def test_transparency_stays() -> None:
    """A PNG may be transparent."""
    given = cv2.imencode(".png", np.full((2, 2, 4), 7, np.uint8))[1].tobytes()
    found = encode_again(given, "png")
    assert found is not None

    assert _decode(found, cv2.IMREAD_UNCHANGED).tolist() == [[[7] * 4] * 2] * 2


@pytest.mark.parametrize("body", [b"", b"RIFF....WEBP", b"\x89PNG\r\n\x1a\n and more"])
def test_what_is_no_photo_ends_with_an_error(body: bytes) -> None:
    """Nothing is written."""
    done = subprocess.run([sys.executable, "-m", "workers.photo", "png"], input=body, capture_output=True, timeout=DEADLINE_S, check=False)

    assert (done.returncode, done.stdout) == (1, b"")
