"""Pictures of cameras for people who watch: requested from a camera process as long as someone does, at most four viewers a camera."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager

from dartd.errors import CommandRefusedError
from schemas.base import CameraId
from schemas.picture_figures import PictureFigures
from schemas.pipe.from_worker import Picture
from schemas.pipe.to_worker import OverlayPart, SendPictures, ToWorker

VIEWERS = 4  # of one camera
LEASE_S, RENEW_S = 2.0, 0.5  # a request is sent again long before it ends: one that is lost costs nothing
FIRST_S = 10.0  # until the first picture: a camera that is being calibrated sends none for some seconds
FIGURES_S = 3.0  # brightness and sharpness come twice a second: older ones are of a camera that is watched no more
SILENT_S = 5.0  # without a picture for this long a stream ends: its camera is gone

Overlay = tuple[OverlayPart, ...]


class _Viewer:
    """One viewer: the newest picture that was not taken yet."""

    def __init__(self, overlay: Overlay) -> None:
        self.overlay = overlay
        self._jpeg: bytes | None = None
        self._arrived = asyncio.Event()

    def put(self, jpeg: bytes) -> None:
        self._jpeg = jpeg
        self._arrived.set()

    async def take(self) -> bytes:
        await self._arrived.wait()
        self._arrived.clear()
        assert self._jpeg is not None  # noqa: S101 - it has arrived
        return self._jpeg


class Previews:
    """The viewers of each camera. `send` sends a message to a camera process, `now` returns media time."""

    def __init__(self, send: Callable[[CameraId, ToWorker], None], now: Callable[[], float]) -> None:
        self._send = send
        self._now = now
        self._viewers: dict[CameraId, list[_Viewer]] = {}
        self._figures: dict[CameraId, tuple[PictureFigures, float]] = {}  # with the time of their arrival

    def deliver(self, picture: Picture) -> None:
        """Pass a picture to those who watch; a viewer that is slower than the camera gets the newest one (`drop_oldest`)."""
        if picture.figures is not None:
            self._figures[picture.camera_id] = picture.figures, self._now()
        for viewer in self._viewers.get(picture.camera_id, ()):
            if viewer.overlay == picture.overlay:
                viewer.put(picture.jpeg)

    def figures(self, camera_id: CameraId) -> PictureFigures | None:
        """Return brightness and sharpness of a camera that is watched now, else None."""
        figures, at_s = self._figures.get(camera_id, (None, 0.0))
        return figures if self._now() - at_s < FIGURES_S else None

    async def snapshot(self, camera_id: CameraId, overlay: Overlay = ()) -> bytes:
        """Return the next picture of a camera as JPEG.

        Raises:
            CommandRefusedError: it delivers none, or has too many viewers.
        """
        async with aclosing(self.watch(camera_id, overlay)) as pictures:
            async for jpeg in pictures:
                return jpeg
        raise _offline(camera_id)

    async def watch(self, camera_id: CameraId, overlay: Overlay = ()) -> AsyncGenerator[bytes]:
        """Yield the pictures of a camera as JPEG until it delivers none.

        Raises:
            CommandRefusedError: it delivers none at all, or has too many viewers.
        """
        async with self._watching(camera_id, overlay) as viewer:
            try:
                jpeg = await self._next(camera_id, viewer, FIRST_S)
            except TimeoutError:
                raise _offline(camera_id) from None
            while True:
                yield jpeg
                try:
                    jpeg = await self._next(camera_id, viewer, SILENT_S)
                except TimeoutError:
                    return

    @asynccontextmanager
    async def _watching(self, camera_id: CameraId, overlay: Overlay) -> AsyncIterator[_Viewer]:
        viewers = self._viewers.setdefault(camera_id, [])
        if len(viewers) >= VIEWERS:
            message = f"{camera_id} has {VIEWERS} viewers already: close one of them"
            raise CommandRefusedError(message, code="TOO_MANY_CLIENTS", camera_id=camera_id, limit=VIEWERS)
        viewer = _Viewer(overlay)
        viewers.append(viewer)
        try:
            yield viewer
        finally:
            viewers.remove(viewer)

    async def _next(self, camera_id: CameraId, viewer: _Viewer, limit_s: float) -> bytes:
        """Wait for a picture, and renew the request meanwhile."""
        async with asyncio.timeout(limit_s):
            while True:
                self._send(camera_id, SendPictures(overlay=viewer.overlay, until_s=self._now() + LEASE_S))
                try:
                    async with asyncio.timeout(RENEW_S):
                        return await viewer.take()
                except TimeoutError:
                    continue


def _offline(camera_id: CameraId) -> CommandRefusedError:
    return CommandRefusedError(f"{camera_id} delivers no pictures", code="CAMERA_OFFLINE", camera_id=camera_id)
