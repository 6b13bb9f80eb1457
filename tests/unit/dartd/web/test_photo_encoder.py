"""Re-encoding of photos by another process."""

import struct
import zlib

import pytest

from dartd.web.photo_encoder import PhotoEncoder
from tests.support.people import PNG


def _bomb(side_px: int) -> bytes:
    """Return a small PNG with very many pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress(bytes(1 + side_px // 8) * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side_px, side_px, 1, 0, 0, 0, 0)) + chunk(b"IDAT", rows)


@pytest.mark.slow
async def test_photos_are_decoded_within_bounds() -> None:
    """A photo is a photo again; one with too many pixels and one that is none are refused."""
    encoder = PhotoEncoder()
    found = await encoder.encode_again(PNG, "png")

    assert found is not None
    assert found.startswith(b"\x89PNG")
    assert await encoder.encode_again(_bomb(30_000), "png") is None
    assert await encoder.encode_again(b"\x89PNG\r\n\x1a\n and more", "png") is None
