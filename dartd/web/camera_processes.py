"""Camera work for single requests, each in a process of its own with a bounded time: the daemon opens no camera and no picture itself."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import anyio
import anyio.to_thread
import msgspec

from schemas.board import BoardSpec
from schemas.codec import UNREADABLE
from schemas.examination import Device, Probe, Probed
from schemas.geometry import Calibration
from schemas.pipe.to_worker import SourceSpec

PROBE_S = 12.0  # a stream that does not answer is given up after 5 s, a camera needs seconds to start
CALIBRATION_S = 30.0
SIZES = ((1280, 720), (800, 600), (640, 480), (1920, 1080))

_REFUSED = 1  # exit status of `python -m workers.calibration`


class PictureRefusedError(Exception):
    """The points and the picture allow no calibration; the message says why."""


class CameraProcesses:
    """Runs `workers.sources.listing`, `workers.probe` and `workers.calibration`, two processes at a time."""

    def __init__(self) -> None:
        self._limiter = anyio.CapacityLimiter(2)

    async def probe(self, source: SourceSpec, size: tuple[int, int] | None) -> Probed:
        """Return size and frame rate of a camera, or why it delivers no picture."""
        request = Probe(source=source, sizes=SIZES if size is None else (size,))
        return await anyio.to_thread.run_sync(_probe, request, limiter=self._limiter, abandon_on_cancel=True)

    async def devices(self) -> tuple[Device, ...]:
        """Return the cameras that are plugged in."""
        return await anyio.to_thread.run_sync(_devices, limiter=self._limiter, abandon_on_cancel=True)

    async def picture(self, source: SourceSpec) -> Probed:
        """Return a small picture of a camera that is not in use, or why it delivers none."""
        request = Probe(source=source, sizes=SIZES, picture=True)
        return await anyio.to_thread.run_sync(_probe, request, limiter=self._limiter, abandon_on_cancel=True)

    async def calibrate(self, jpeg: bytes, points: Sequence[tuple[float, float]], source: SourceSpec, board: BoardSpec) -> Calibration:
        """Return the calibration of a picture through four points.

        Raises:
            PictureRefusedError: they allow none.
        """
        return await anyio.to_thread.run_sync(_calibrate, jpeg, tuple(points), source, board, limiter=self._limiter, abandon_on_cancel=True)


def _devices() -> tuple[Device, ...]:
    try:
        return msgspec.json.decode(_run(["workers.sources.listing", "--json"], b"", PROBE_S).stdout, type=tuple[Device, ...])
    except (subprocess.TimeoutExpired, *UNREADABLE):
        return ()


def _probe(request: Probe) -> Probed:
    try:
        done = _run(["workers.probe"], msgspec.json.encode(request), PROBE_S)
        return msgspec.json.decode(done.stdout, type=Probed)
    except subprocess.TimeoutExpired:
        return Probed(refusal=f"it did not answer within {PROBE_S:.0f} s")
    except UNREADABLE:
        return Probed(refusal="it could not be examined")


def _calibrate(jpeg: bytes, points: Sequence[tuple[float, float]], source: SourceSpec, board: BoardSpec) -> Calibration:
    with tempfile.TemporaryDirectory(prefix="dartd-") as folder:
        picture = Path(folder) / "picture.jpg"
        picture.write_bytes(jpeg)
        command = ["workers.calibration", str(picture), "--camera-id", source.camera_id, "--board", msgspec.json.encode(board).decode()]
        command += ["--points", " ".join(f"{x:.3f},{y:.3f}" for x, y in points)]
        try:
            done = _run(command, b"", CALIBRATION_S)
        except subprocess.TimeoutExpired:
            raise PictureRefusedError(f"the calibration took longer than {CALIBRATION_S:.0f} s") from None
    if done.returncode == 0:
        return msgspec.json.decode(done.stdout, type=Calibration)
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    reason = lines[-1].removeprefix("refused: ") if lines and done.returncode == _REFUSED else "the picture could not be read"
    raise PictureRefusedError(reason)


def _run(module: Sequence[str], given: bytes, timeout_s: float) -> "subprocess.CompletedProcess[bytes]":
    command = [sys.executable, "-m", *module]
    environ = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    return subprocess.run(command, input=given, capture_output=True, env=environ, timeout=timeout_s, check=False)  # noqa: S603 (our own)
