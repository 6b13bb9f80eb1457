"""Lockstep: camera processes that process frames only up to a granted time, so that a replay is the same whatever the load."""

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from typing import Self

from dartd.decision import Input, WorkerChange
from dartd.errors import WorkerProtocolError
from dartd.runtime.workers.fork_server import ForkServer
from dartd.runtime.workers.process import WorkerProcess
from schemas.base import CameraId
from schemas.events import CameraState
from schemas.pipe.from_worker import CameraFault, FromWorker, Progress, SourceOpened, WorkerHeartbeat
from schemas.pipe.to_worker import Advance, Configure, ToWorker

_log = logging.getLogger(__name__)

ANSWER_TIMEOUT_S = 120.0  # a process that does not finish a frame (a calibration included) within this is taken for crashed


class Lockstep:
    """Camera processes that advance together; all of them end with the `async with` block.

    In each step every process with a frame at the granted time processes it. Messages are returned in the order of the cameras, each
    camera's in its own order: all of them belong to the same time of the recording.
    """

    def __init__(self, configures: Sequence[Configure], *, target: str, answer_timeout_s: float = ANSWER_TIMEOUT_S) -> None:
        self._fork_server = ForkServer()
        self._cameras = [
            _LockstepCamera(configure, WorkerProcess(configure.source.camera_id, self._fork_server, target), answer_timeout_s)
            for configure in configures
        ]
        self.crashed: dict[CameraId, str] = {}

    async def __aenter__(self) -> Self:
        """Start every process."""
        try:
            for camera in self._cameras:
                await camera.start()
        except BaseException:
            await self._end()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """End every process."""
        await self._end()

    @property
    def next_s(self) -> float | None:
        """The media time of the next frame of any camera; None when every camera is at its end."""
        return min((camera.next_s for camera in self._cameras if camera.next_s is not None), default=None)

    async def open(self) -> list[Input]:
        """Wait until every process has opened its camera or failed to; return its messages."""
        return await self._collect(self._cameras)

    async def advance(self, until_s: float) -> list[Input]:
        """Process the frames of every camera up to and including `until_s`; return the messages about them."""
        granted = [camera for camera in self._cameras if camera.next_s is not None and camera.next_s <= until_s]
        for camera in granted:
            camera.grant(until_s)
        return await self._collect(granted)

    def send(self, camera_id: CameraId | None, message: ToWorker) -> None:
        """Send to one camera, or to all; it takes effect before the next frame."""
        for camera in self._cameras:
            if camera_id in {None, camera.camera_id}:
                camera.send(message)

    async def _collect(self, cameras: Sequence["_LockstepCamera"]) -> list[Input]:
        inputs: list[Input] = []
        for camera in cameras:  # they work at the same time; messages are read one camera after another
            inputs += await camera.receive()
            if camera.crash:
                self.crashed[camera.camera_id] = camera.crash
        return inputs

    async def _end(self) -> None:
        await asyncio.gather(*(camera.end() for camera in self._cameras))
        await self._fork_server.close()


class _LockstepCamera:
    """One camera process and its position in the recording."""

    def __init__(self, configure: Configure, process: WorkerProcess, answer_timeout_s: float) -> None:
        self.camera_id = configure.source.camera_id
        self.next_s: float | None = None
        self.crash = ""
        self._configure = configure
        self._at_s = configure.start_s
        self._until_s: float | None = None  # None: it is still opening its camera
        self._process = process
        self._answer_timeout_s = answer_timeout_s
        self._log = logging.getLogger(f"dartd.worker.{self.camera_id}")

    async def start(self) -> None:
        """Start the process."""
        await self._process.start(self._configure)

    def grant(self, until_s: float) -> None:
        """Allow frames up to and including `until_s`."""
        self._until_s = until_s
        self.send(Advance(until_s=until_s))

    def send(self, message: ToWorker) -> None:
        """Send a message; nothing is sent to a process that has crashed."""
        with contextlib.suppress(WorkerProtocolError):  # the next `receive` reports the crash
            self._process.send(message)

    async def receive(self) -> list[Input]:
        """Return its messages until all granted frames are processed; after a crash the camera is reported offline."""
        inputs: list[Input] = [self._change("starting", "")] if self._until_s is None else []
        try:
            async with asyncio.timeout(self._answer_timeout_s):
                while not self._is_done(message := await self._process.receive()):
                    inputs += self._inputs_of(message)
        except (WorkerProtocolError, TimeoutError) as error:
            self.crash = str(error) or f"no answer for {self._answer_timeout_s:g} s"
            self.next_s = None
            inputs.append(self._change("offline", self.crash))
        return inputs

    async def end(self) -> None:
        """End the process."""
        await (self._process.kill() if self.crash else self._process.stop())

    def _is_done(self, message: FromWorker) -> bool:
        if not isinstance(message, Progress):
            return False
        self._at_s, self.next_s = message.t_s, message.next_s
        return self.next_s is None or self._until_s is None or self.next_s > self._until_s

    def _inputs_of(self, message: FromWorker) -> list[Input]:
        """Return a message as the supervisor would: with the change of the camera's state before it."""
        match message:
            case Progress():
                return []
            case WorkerHeartbeat():
                for line in message.log:
                    self._log.log(line.level, "%s", line.text)
                return []
            case SourceOpened():
                return [self._change("ready", ""), message]
            case CameraFault(fault="camera_gone" | "ended", active=True):
                _log.warning("%s", message.detail, extra={"camera": self.camera_id})
                return [self._change("offline", message.detail), message]
            case _:
                return [message]

    def _change(self, state: CameraState, reason: str) -> WorkerChange:
        return WorkerChange(at_s=self._at_s, camera_id=self.camera_id, state=state, reason=reason)
