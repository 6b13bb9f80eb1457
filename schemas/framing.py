"""Cut a stream of bytes into messages: each payload is preceded by its length in four bytes, little-endian."""

import struct
from collections.abc import Iterator

MAX_PAYLOAD_BYTES = 4 * 1024 * 1024
_LENGTH = struct.Struct("<I")


class FramingError(Exception):
    """A message is longer than allowed; where the next one begins is no longer known."""


def frame(payload: bytes) -> bytes:
    """Put the length before a payload.

    Raises:
        FramingError: the payload is longer than `MAX_PAYLOAD_BYTES`.
    """
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise FramingError(f"a message of {len(payload)} bytes is longer than the {MAX_PAYLOAD_BYTES} that the pipe carries")
    return _LENGTH.pack(len(payload)) + payload


class Unframer:
    """Collects bytes as they come and gives back whole payloads; keeps at most one unfinished message."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    @property
    def unfinished_bytes(self) -> int:
        """Tell how many bytes wait for the rest of their message."""
        return len(self._buffer)

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Take bytes and yield every payload that is whole now; iterate it to the end.

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
                    raise FramingError(f"a message of {length} bytes is announced, the pipe carries at most {MAX_PAYLOAD_BYTES}")
                end = start + _LENGTH.size + length
                if end > len(buffer):
                    return
                yield bytes(buffer[start + _LENGTH.size : end])
                start = end
        finally:
            del buffer[:start]
