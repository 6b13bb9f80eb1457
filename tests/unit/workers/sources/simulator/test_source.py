"""Tests of the simulator as a source."""

import hashlib
import math
import subprocess
import sys
import time

import pytest

from schemas.base import CameraId
from schemas.pipe.to_worker import SourceSpec
from workers.sources.errors import SourceError
from workers.sources.simulator.source import SimulatorSource

PRINT = """
import hashlib
from schemas.base import CameraId
from schemas.pipe.to_worker import SourceSpec
from workers.sources.simulator import SimulatorSource
source = SimulatorSource(SourceSpec(camera_id=CameraId("c"), url={url!r}, width=400, height=300, fps=20), lockstep=True, start_s={start_s})
source.open()
print(hashlib.sha256(source.read().color().tobytes()).hexdigest())
"""


def _source(url: str = "sim:?rig=1&seed=7&camera=1", *, lockstep: bool = True, start_s: float = 0.0, fps: float = 20) -> SimulatorSource:
    spec = SourceSpec(camera_id=CameraId("cam1"), url=url, width=400, height=300, fps=fps)
    source = SimulatorSource(spec, lockstep=lockstep, start_s=start_s)
    source.open()
    return source


@pytest.mark.slow
def test_another_process_sees_the_same_pixels() -> None:
    """Two processes that begin at different times show the same scene at the same time."""
    url = "sim:?rig=1&seed=7&camera=1&epoch=2.0"
    source = _source(url, start_s=2.0)
    frame = next(f for f in iter(source.read, None) if f.t_s >= 13.25)
    code = PRINT.format(url=url, start_s=13.25)
    digest = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()

    assert digest == hashlib.sha256(frame.color().tobytes()).hexdigest()


def test_lockstep_returns_the_next_time_and_does_not_wait() -> None:
    """`next_s` is the time of the frame that the next `read` gives, on a grid from the start."""
    start_s = math.floor(time.monotonic()) + 86400.0  # waiting for it would take a day
    source = _source(start_s=start_s)
    announced, read = [], []
    for _ in range(40):
        announced.append(source.next_s())
        frame = source.read()
        assert frame is not None
        read.append(frame.t_s)

    assert announced == read == [start_s + k / 20 for k in range(40)]


def test_a_named_story_ends() -> None:
    """After the last visit there is no next frame."""
    source = _source("sim:?story=tc8_1", fps=1)
    frames = list(iter(source.read, None))

    assert len(frames) == 33
    assert source.next_s() is None
    assert frames[0].sequence_id == "tc8_1"
    assert frames[1].sequence_id is None


def test_live_frames_come_in_time_and_late_ones_are_left_out() -> None:
    """A live frame is never handed out before its time, and a slow reader gets the newest one."""
    start_s = time.monotonic() - 1.02
    source = _source(lockstep=False, start_s=start_s, fps=50)
    first = source.read()
    assert first is not None
    second = source.read()
    assert second is not None

    assert first.t_s > start_s + 0.9
    assert time.monotonic() >= second.t_s
    assert second.t_s > first.t_s


@pytest.mark.parametrize(("url", "width"), [("sim:?story=none", 400), ("sim:", 8)])
def test_nonsense_cannot_be_opened(url: str, width: int) -> None:
    """A wrong URL or size is refused at opening, with a reason."""
    source = SimulatorSource(SourceSpec(camera_id=CameraId("cam0"), url=url, width=width), lockstep=True, start_s=0.0)
    with pytest.raises(SourceError):
        source.open()


def test_a_closed_source_gives_nothing() -> None:
    """Reading after `close` is an error that names the camera."""
    source = _source()
    source.close()
    with pytest.raises(SourceError, match="cam1"):
        source.read()
