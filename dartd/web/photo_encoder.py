"""Re-encoding of photos by another process: the daemon decodes no image itself."""

import os
import subprocess
import sys

import anyio
import anyio.to_thread

MAX_PIXELS = 40_000_000  # 120 MB decoded; photos of phones have up to 50 million, but not in the size that is accepted
_TIMEOUT_S = 20.0


class PhotoEncoder:
    """Runs `python -m workers.photo`, one process at a time."""

    def __init__(self) -> None:
        self._limiter = anyio.CapacityLimiter(1)

    async def encode_again(self, body: bytes, kind: str) -> bytes | None:
        """Return the photo without metadata, at most 1024 px wide and high; None if it cannot be decoded. `kind`: jpeg, png or webp."""
        return await anyio.to_thread.run_sync(_encode_again, body, kind, limiter=self._limiter, abandon_on_cancel=True)


def _encode_again(body: bytes, kind: str) -> bytes | None:
    environ = {**os.environ, "OPENCV_IO_MAX_IMAGE_PIXELS": str(MAX_PIXELS), "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "workers.photo", kind]
    try:
        done = subprocess.run(command, input=body, capture_output=True, env=environ, timeout=_TIMEOUT_S, check=False)  # noqa: S603 (our own)
    except subprocess.TimeoutExpired:
        return None
    return done.stdout if done.returncode == 0 else None
