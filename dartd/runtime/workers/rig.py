"""The cameras of the board: those of the configuration, and those that are added, changed and removed while the daemon runs."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

import anyio

from dartd.decision import CameraAdded, CameraRemoved
from schemas.base import CameraId
from schemas.pipe.to_worker import SourceSpec


class CameraStarter(Protocol):
    """Starts and stops camera processes."""

    def add(self, camera_id: CameraId) -> None:
        """Start the process of a camera and keep it running."""

    async def remove(self, camera_id: CameraId) -> None:
        """End the process of a camera for good."""

    def restart(self, camera_id: CameraId, reason: str) -> None:
        """End a camera's process and start another."""


class CameraRig:
    """The sources of all cameras by id; `configured` are those of the configuration file.

    `deliver` passes what changes to the board, in order with the messages of the cameras: a camera is known before its process starts,
    and forgotten after it has ended.
    """

    def __init__(self, configured: Sequence[SourceSpec]) -> None:
        self.configured = frozenset(source.camera_id for source in configured)
        self._sources = {source.camera_id: source for source in configured}
        self._seen_s: dict[CameraId, float] = {}
        self._changing = anyio.Lock()
        self._starter: CameraStarter | None = None
        self._deliver: Callable[[CameraAdded | CameraRemoved], Awaitable[None]] | None = None

    @property
    def sources(self) -> Mapping[CameraId, SourceSpec]:
        """Return the source of each camera."""
        return self._sources

    def source(self, camera_id: str) -> SourceSpec | None:
        """Return the source of a camera, None if there is none."""
        return self._sources.get(CameraId(camera_id))

    def last_seen_s(self, camera_id: CameraId) -> float | None:
        """Return the wall time at which a camera delivered frames last, None if it has not since the start."""
        return self._seen_s.get(camera_id)

    def note_frames(self, camera_id: CameraId, at_s: float) -> None:
        """Note that a camera delivered frames at this wall time."""
        if camera_id in self._sources:
            self._seen_s[camera_id] = at_s

    def include(self, source: SourceSpec) -> None:
        """Include a camera before the processes are started."""
        self._sources[source.camera_id] = source

    def connect(self, starter: CameraStarter, deliver: Callable[[CameraAdded | CameraRemoved], Awaitable[None]]) -> None:
        """Set what starts and stops processes, and what passes changes to the board."""
        self._starter, self._deliver = starter, deliver

    async def add(self, source: SourceSpec) -> None:
        """Add a camera and start its process."""
        async with self._changing:
            self._sources[source.camera_id] = source
            if self._starter is not None and self._deliver is not None:
                await self._deliver(CameraAdded(camera_id=source.camera_id))
                self._starter.add(source.camera_id)

    async def change(self, source: SourceSpec) -> None:
        """Change the source of a camera; its process is replaced if anything differs."""
        async with self._changing:
            before = self._sources.get(source.camera_id)
            self._sources[source.camera_id] = source
            if before != source and self._starter is not None:
                self._seen_s.pop(source.camera_id, None)
                self._starter.restart(source.camera_id, "its settings were changed")

    async def remove(self, camera_id: CameraId) -> None:
        """End the process of a camera and forget it."""
        async with self._changing:
            if self._starter is not None and self._deliver is not None:
                await self._starter.remove(camera_id)
                await self._deliver(CameraRemoved(camera_id=camera_id))
            self._sources.pop(camera_id, None)
            self._seen_s.pop(camera_id, None)
