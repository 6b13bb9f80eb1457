"""Re-encode a photo: `python -m workers.photo jpeg` reads it from stdin and writes it to stdout without any metadata.

Photos come from people, so they are decoded in a process of its own with limited memory and time; the image keeps its orientation, but not
the position where it was taken. Large ones become smaller.
"""

import resource
import sys

import cv2
import numpy as np

MAX_SIDE_PX = 1024

_MEMORY_BYTES = 1 << 30
_CPU_S = 10
_QUALITY = {"jpeg": [cv2.IMWRITE_JPEG_QUALITY, 90], "webp": [cv2.IMWRITE_WEBP_QUALITY, 90], "png": [cv2.IMWRITE_PNG_COMPRESSION, 6]}


def encode_again(body: bytes, kind: str) -> bytes | None:
    """Return the photo as a new image of the same kind (`jpeg`, `png` or `webp`), None if it cannot be decoded.

    Only JPEG has an orientation that browsers follow, and no transparency.
    """
    flags = cv2.IMREAD_COLOR if kind == "jpeg" else cv2.IMREAD_UNCHANGED
    try:
        image = cv2.imdecode(np.frombuffer(body, np.uint8), flags)
    except cv2.error:  # also more pixels than OPENCV_IO_MAX_IMAGE_PIXELS
        return None
    if image is None:
        return None
    scale = MAX_SIDE_PX / max(image.shape[:2])
    if scale < 1:
        image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    found, encoded = cv2.imencode(f".{kind}", image, _QUALITY[kind])
    return encoded.tobytes() if found else None


def main(kind: str) -> int:
    """Re-encode one photo; return the exit status."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_S, _CPU_S))
    cv2.setNumThreads(1)
    found = encode_again(sys.stdin.buffer.read(), kind)
    if found is None:
        return 1
    sys.stdout.buffer.write(found)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
