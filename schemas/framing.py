"""Frame messages in a stream of bytes: each payload is preceded by its length in four bytes, little-endian."""

import struct
from collections.abc import Iterator

MAX_PAYLOAD_BYTES = 4 * 1024 * 1024
_LENGTH = struct.Struct("<I")


class FramingError(Exception):
    """A message is longer than allowed; the position of the next one is unknown."""


def frame(payload: bytes) -> bytes:
    """Return a payload with its length in front.

    Raises:
        FramingError: the payload is longer than `MAX_PAYLOAD_BYTES`.
    """
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise FramingError(f"a message of {len(payload)} bytes is longer than the maximum of {MAX_PAYLOAD_BYTES}")
    return _LENGTH.pack(len(payload)) + payload


class Unframer:
    """Collects bytes and yields complete payloads; buffers at most one incomplete message."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    @property
    def unfinished_bytes(self) -> int:
        """Return how many bytes of an incomplete message are buffered."""
        return len(self._buffer)

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Append bytes and yield every payload that is complete; must be iterated to the end.

        Raises:
            FramingError: a length is over the limit.
        """
        buffer = self._buffer
        buffer += chunk
        start = 0
        try:
            while len(buffer) - start >= _LENGTH.size:
                (length,) = _LENGTH.unpack_from(buffer, start)
                if length > MAX_PAYLOAD_BYTES:
                    raise FramingError(f"a message of {length} bytes is announced, the maximum is {MAX_PAYLOAD_BYTES}")
                end = start + _LENGTH.size + length
                if end > len(buffer):
                    return
                yield bytes(buffer[start + _LENGTH.size : end])
                start = end
        finally:
            del buffer[:start]
