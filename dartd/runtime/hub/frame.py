"""WebSocket text frames as sent by a server (RFC 6455, 5.2): unmasked, the same bytes for every client."""

_TEXT = 0x81  # FIN and opcode 1


def text_header(length: int) -> bytes:
    """Return the header of an unmasked, unfragmented text message of `length` bytes."""
    if length < 126:
        return bytes((_TEXT, length))
    if length < 1 << 16:
        return bytes((_TEXT, 126)) + length.to_bytes(2, "big")
    return bytes((_TEXT, 127)) + length.to_bytes(8, "big")


def text_frame(message: bytes) -> bytes:
    """Return a complete text frame."""
    return text_header(len(message)) + message
