"""Viewers of cameras."""

import asyncio
from contextlib import aclosing

import pytest

from dartd.errors import CommandRefusedError
from dartd.runtime.workers import previews
from dartd.runtime.workers.previews import VIEWERS, Previews
from schemas.base import CameraId
from schemas.pipe.from_worker import Picture
from schemas.pipe.to_worker import OverlayPart, SendPictures, ToWorker
from tests.support.waiting import Waiting

CAMERA = CameraId("cam0")


class Cameras:
    """The messages that cameras were sent, and their viewers."""

    def __init__(self) -> None:
        self.sent: list[SendPictures] = []
        self.previews = Previews(self._send, lambda: 50.0)

    def _send(self, _camera_id: CameraId, message: ToWorker) -> None:
        assert isinstance(message, SendPictures)
        self.sent.append(message)

    def show(self, jpeg: bytes, overlay: tuple[OverlayPart, ...] = ()) -> None:
        """Send a picture as a camera does."""
        self.previews.deliver(Picture(camera_id=CAMERA, t_s=1.0, overlay=overlay, jpeg=jpeg))


async def test_a_viewer_gets_the_newest_picture_of_its_overlay(waiting: Waiting) -> None:
    """It is asked for as long as the viewer is there, and not afterwards."""
    cameras = Cameras()
    async with aclosing(cameras.previews.watch(CAMERA, ("wires",))) as pictures:
        first = asyncio.ensure_future(anext(pictures))
        await waiting.soon(lambda: bool(cameras.sent))
        cameras.show(b"plain")
        cameras.show(b"one", ("wires",))
        got = [await first]
        cameras.show(b"two", ("wires",))
        cameras.show(b"three", ("wires",))
        got.append(await anext(pictures))
    count = len(cameras.sent)
    cameras.show(b"four", ("wires",))
    await asyncio.sleep(0)

    assert got == [b"one", b"three"]
    assert {(each.overlay, each.until_s) for each in cameras.sent} == {(("wires",), 52.0)}
    assert len(cameras.sent) == count


async def test_a_camera_that_shows_nothing_is_offline(monkeypatch: pytest.MonkeyPatch, waiting: Waiting) -> None:
    """Before the first picture that is refused; later the stream ends."""
    monkeypatch.setattr(previews, "FIRST_S", 0.05)
    monkeypatch.setattr(previews, "SILENT_S", 0.05)
    cameras = Cameras()
    with pytest.raises(CommandRefusedError, match="no pictures") as refused:
        await cameras.previews.snapshot(CAMERA)
    monkeypatch.setattr(previews, "FIRST_S", 60.0)
    cameras.sent.clear()
    pictures = cameras.previews.watch(CAMERA)
    first = asyncio.ensure_future(anext(pictures))
    await waiting.soon(lambda: bool(cameras.sent))
    cameras.show(b"one")

    assert refused.value.code == "CAMERA_OFFLINE"
    assert await first == b"one"
    assert [each async for each in pictures] == []


async def test_viewers_are_bounded(waiting: Waiting) -> None:
    """One more is refused; when one leaves there is room again."""
    cameras = Cameras()
    tasks = [asyncio.ensure_future(cameras.previews.snapshot(CAMERA)) for _ in range(VIEWERS)]
    await waiting.soon(lambda: len(cameras.sent) >= VIEWERS)
    with pytest.raises(CommandRefusedError, match="viewers already"):
        await cameras.previews.snapshot(CAMERA)
    cameras.show(b"one")
    got = await asyncio.gather(*tasks)
    cameras.sent.clear()
    again = asyncio.ensure_future(cameras.previews.snapshot(CAMERA))
    await waiting.soon(lambda: bool(cameras.sent))
    cameras.show(b"two")

    assert got == [b"one"] * VIEWERS
    assert await again == b"two"
