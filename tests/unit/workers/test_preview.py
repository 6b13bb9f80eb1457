"""Pictures for people who watch a camera."""

import cv2
import numpy as np

from schemas.base import CameraId, DartId
from schemas.board import BoardSpec
from schemas.pipe.from_worker import Picture
from schemas.pipe.to_worker import KnownDart, SendPictures
from tests.support.scene import axis_of, dart, jpeg, outlook
from workers.preview import MAX_BYTES, Preview
from workers.sources.simulator import true_calibration
from workers.vision.frame import Frame, Image
from workers.vision.projection import CameraProjection

CAMERA = CameraId("cam0")
PROJECTION = CameraProjection(true_calibration(1, 0, 800, 600, CAMERA))
DART = KnownDart(dart_id=DartId("d1"), axis=axis_of(dart(30.0, 60.0)))


class Watched:
    """A camera that shows one picture at a time that is set, and whose board has changed in the middle."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.preview = Preview(CAMERA, BoardSpec(), lambda: self.now_s)
        self.jpeg = jpeg(outlook(1, 0).picture())

    def pictures(self) -> list[Picture]:
        """Return what is sent of the next frame."""
        frame = Frame(self.now_s, jpeg=self.jpeg)
        return [each for each in self.preview.pictures(frame, PROJECTION, [DART], self._changed) if isinstance(each, Picture)]

    def _changed(self, frame: Frame) -> Image:
        mask = np.zeros_like(frame.small_grey())
        mask[60:80, 90:110] = 255
        return mask


def _decoded(picture: Picture) -> Image:
    return np.asarray(cv2.imdecode(np.frombuffer(picture.jpeg, np.uint8), cv2.IMREAD_COLOR), np.uint8)


def test_nothing_is_sent_without_viewers() -> None:
    """Without a request there is no picture; with one there are ten a second until it ends."""
    watched = Watched()
    before = watched.pictures()
    watched.preview.request(SendPictures(until_s=101.0))
    sent = []
    for _ in range(60):
        sent += watched.pictures()
        watched.now_s += 1 / 30

    assert before == []
    assert 8 <= len(sent) <= 11
    assert watched.pictures() == []


def test_brightness_and_sharpness_are_sent_twice_a_second() -> None:
    """Of the picture as it is, whatever is drawn over it."""
    watched = Watched()
    watched.preview.request(SendPictures(overlay=("wires",), until_s=109.0))
    sent = []
    for _ in range(20):
        sent += watched.pictures()
        watched.now_s += 0.1
    figures = [each.figures for each in sent if each.figures is not None]

    assert 3 <= len(figures) <= 5
    assert {(each.exposure, each.focus) for each in figures} == {("good", "sharp")}


def test_a_picture_without_an_overlay_is_the_one_of_the_source() -> None:
    """It is not decoded for that."""
    watched = Watched()
    watched.preview.request(SendPictures(until_s=101.0))

    assert [each.jpeg for each in watched.pictures()] == [watched.jpeg]


def test_every_part_of_an_overlay_is_drawn() -> None:
    """Wires, darts and motion, each where it is; each combination that is watched gets its own picture."""
    watched = Watched()
    for overlay in ((), ("wires",), ("darts",), ("motion",)):
        watched.preview.request(SendPictures(overlay=overlay, until_s=101.0))
    plain, *drawn = (_decoded(each).astype(int) for each in watched.pictures())
    wires, darts, motion = (np.abs(each - plain).max(axis=2) > 60 for each in drawn)
    x, y = (round(float(v)) for v in PROJECTION.project(np.array([[30.0, 60.0, 0.0]]))[0])
    rows, columns = np.nonzero(motion)

    assert wires.mean() > 0.005
    assert darts[y - 15 : y + 15, x - 15 : x + 15].any()
    assert (darts.mean(), motion.mean()) < (0.01, 0.05)
    assert (rows.min() >= 240, rows.max() < 320, columns.min() >= 360, columns.max() < 440) == (True, True, True, True)


def test_a_large_picture_is_made_smaller() -> None:
    """The pipe must not be held up by it."""
    watched = Watched()
    noise = np.random.default_rng(1).integers(0, 255, (1080, 1920, 3), np.uint8)
    watched.jpeg = jpeg(noise, 95)
    watched.preview.request(SendPictures(until_s=101.0))
    (picture,) = watched.pictures()

    assert len(watched.jpeg) > MAX_BYTES >= len(picture.jpeg)
