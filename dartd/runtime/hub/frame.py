"""The frame of a WebSocket text message, as a server sends it (RFC 6455, 5.2): the same bytes for every client."""

_TEXT = 0x81  # FIN and opcode 1


def text_header(length: int) -> bytes:
    """Give the header of an unmasked, unfragmented text message of this many bytes."""
    if length < 126:
        return bytes((_TEXT, length))
    if length < 1 << 16:
        return bytes((_TEXT, 126)) + length.to_bytes(2, "big")
    return bytes((_TEXT, 127)) + length.to_bytes(8, "big")


def text_frame(message: bytes) -> bytes:
    """Give a whole text message."""
    return text_header(len(message)) + message
