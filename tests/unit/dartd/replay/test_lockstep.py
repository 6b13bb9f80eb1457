"""Lockstep: real camera processes, step by step."""

import asyncio
import os
import signal
from pathlib import Path

from dartd.decision import Input, WorkerChange
from dartd.replay.lockstep import Lockstep
from dartd.replay.playlist import Playlist
from schemas.base import CameraId
from schemas.pipe.from_worker import MotionDetected, SourceOpened
from schemas.pipe.to_worker import Configure, UpdateBoard
from tests.support.recordings import write_recording
from tests.support.waiting import Waiting

TARGET = "tests.support.workers:play"


async def _configures(folder: Path) -> list[Configure]:
    playlist = await asyncio.to_thread(Playlist.load, folder)
    return [Configure(source=source, lockstep=True) for source in playlist.sources]


def _motions(said: list[Input]) -> list[tuple[str, float, int]]:
    return [(item.camera_id, item.t_s, item.episode) for item in said if isinstance(item, MotionDetected)]


async def test_steps_give_each_frame_once_in_the_order_of_the_cameras(tmp_path: Path) -> None:
    """Every frame of every camera is processed in the step of its time, cameras in order, up to the end."""
    write_recording(tmp_path, [[10, 20], [30]])
    steps = []
    async with Lockstep(await _configures(tmp_path), target=TARGET) as cameras:
        opened = await cameras.open()
        while (next_s := cameras.next_s) is not None:
            steps.append((round(next_s, 3), _motions(await cameras.advance(next_s))))

    assert [type(item) for item in opened] == [WorkerChange, WorkerChange, SourceOpened] * 2
    assert [at_s for at_s, _ in steps] == [round(k * 0.05, 3) for k in range(12)]
    seen = [motions for _, motions in steps if motions]
    assert seen == [[("cam0", t, n), ("cam1", t, n)] for n, t in enumerate([0.0, 0.2, 0.4], 1)]


async def test_order_is_handled_before_the_next_frame(tmp_path: Path) -> None:
    """What is sent to a camera between steps has arrived when it processes its next frame."""
    write_recording(tmp_path, [[10, 20]], cameras=1, fps=5)
    async with Lockstep(await _configures(tmp_path), target=TARGET) as cameras:
        await cameras.open()
        first = await cameras.advance(0.0)
        cameras.send(CameraId("cam0"), UpdateBoard(takeout=True))
        second = await cameras.advance(0.2)

    received = [[(item.episode, item.hand) for item in said if isinstance(item, MotionDetected)] for said in (first, second)]
    assert received == [[(1, False)], [(0, True), (2, False)]]


async def test_camera_that_dies_is_reported_and_the_others_go_on(tmp_path: Path, waiting: Waiting) -> None:
    """A process that is killed goes offline with the reason; the others play the rest of the recording."""
    write_recording(tmp_path, [[10, 20, 30]])
    async with Lockstep(await _configures(tmp_path), target=TARGET) as cameras:
        opened = await cameras.open()
        (pid,) = [item.pid for item in opened if isinstance(item, SourceOpened) and item.camera_id == "cam0"]
        os.kill(pid, signal.SIGKILL)
        said: list[Input] = []
        while (next_s := cameras.next_s) is not None:
            said += await waiting.within(cameras.advance(next_s))

    (change,) = [item for item in said if isinstance(item, WorkerChange)]
    assert (change.camera_id, change.state) == ("cam0", "offline")
    assert cameras.crashed == {"cam0": "the camera process was killed by signal 9"}
    assert [camera for camera, _, _ in _motions(said)].count("cam1") == 3


async def test_camera_that_cannot_be_opened_is_offline(tmp_path: Path) -> None:
    """A recording that has gone leaves a camera offline, which is no crash."""
    configures = await _configures(write_recording(tmp_path, [[10]], cameras=1))
    (tmp_path / "recording.json").unlink()
    async with Lockstep(configures, target=TARGET) as cameras:
        said = await cameras.open()

    changes = [item.state for item in said if isinstance(item, WorkerChange)]
    assert (changes, cameras.next_s, cameras.crashed) == (["starting", "offline"], None, {})


async def test_camera_that_says_nothing_is_given_up(tmp_path: Path) -> None:
    """A process that does not answer in time is reported as crashed, and ended."""
    configures = await _configures(write_recording(tmp_path, [[10]], cameras=1))
    async with Lockstep(configures, target="tests.support.workers:hang", answer_timeout_s=0.5) as cameras:
        await cameras.open()

    assert cameras.crashed == {"cam0": "no answer for 0.5 s"}
