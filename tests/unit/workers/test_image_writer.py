"""The pictures of throws on the disk."""

import resource
import threading
from pathlib import Path

import cv2
import numpy as np
import pytest

from schemas.base import CameraId, DartId
from schemas.geometry import Axis3
from schemas.pipe.to_worker import StoreImages
from tests.support.waiting import DEADLINE_S, Waiting
from workers import image_writer as module
from workers.image_writer import QUALITIES, WAITING, ImageWriter, jpeg
from workers.sources.simulator import true_calibration
from workers.vision.frame import Image
from workers.vision.projection import CameraProjection
from workers.vision.scene import EpisodePictures

CAMERA = CameraId("cam0")
WIDTH, HEIGHT = 400, 300
MOST_BYTES = 75_000  # of a throw, where 800x600 would have four times as many
PROJECTION = CameraProjection(true_calibration(1, 0, WIDTH, HEIGHT, CAMERA))
AXIS = Axis3(x_mm=10.0, y_mm=20.0, slope_x=0.0, slope_y=0.0)


def _order(number: int = 1) -> StoreImages:
    return StoreImages(dart_id=DartId(f"d{number:06d}"), episode=1, axis=AXIS, label="T20")


def _noise(seed: int, height: int = HEIGHT, width: int = WIDTH) -> Image:
    return np.random.default_rng(seed).integers(0, 255, (height, width, 3), np.uint8)


def _seen() -> EpisodePictures:
    changed = np.zeros((HEIGHT, WIDTH), np.uint8)
    changed[50:100, 50:60] = 255
    return EpisodePictures(_noise(1), _noise(2), changed)


def test_every_kind_of_picture_is_written_and_fits(tmp_path: Path) -> None:
    """Four pictures of a throw are there, readable, and together no larger than allowed, even of pure noise."""
    writer = ImageWriter(tmp_path, CAMERA, MOST_BYTES)
    writer.submit(_order(), _seen(), PROJECTION)
    writer.flush()
    files = sorted((tmp_path / "d000001").iterdir())

    assert [path.name for path in files] == [f"cam0-{kind}.jpg" for kind in ("after", "annotated", "before", "difference")]
    assert sum(path.stat().st_size for path in files) <= MOST_BYTES
    assert all(cv2.imread(str(path)) is not None for path in files)
    assert (writer.written, writer.dropped) == (1, 0)


@pytest.mark.parametrize("max_bytes", [50_000, 15_000, 5_000])
def test_a_picture_is_made_to_fit(max_bytes: int) -> None:
    """It loses quality first, then size; what shows little stays as it is."""
    encoded = jpeg(_noise(3), max_bytes)
    plain = cv2.imdecode(np.frombuffer(jpeg(np.full((HEIGHT, WIDTH, 3), 90, np.uint8), max_bytes), np.uint8), cv2.IMREAD_COLOR)

    assert len(encoded) <= max_bytes
    assert np.asarray(plain).shape == (HEIGHT, WIDTH, 3)


def test_what_no_quality_makes_fit_is_given_at_its_smallest() -> None:
    """The end is reached also when the bound makes no sense."""
    assert 0 < len(jpeg(_noise(4, 100, 100), 1)) < 5_000
    assert len(QUALITIES) > 1


def test_a_slow_disk_costs_pictures_and_no_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, waiting: Waiting) -> None:
    """While one throw is being written a few may wait; more are lost and counted, and no caller waits."""
    go, busy = threading.Event(), threading.Event()

    def slowly(picture: Image, max_bytes: int) -> bytes:
        busy.set()
        go.wait(DEADLINE_S)
        return jpeg(picture, max_bytes)

    monkeypatch.setattr(module, "jpeg", slowly)
    writer = ImageWriter(tmp_path, CAMERA, MOST_BYTES)
    writer.submit(_order(0), _seen(), PROJECTION)
    waiting.until(busy.is_set, "a write")
    for number in range(1, WAITING + 4):
        writer.submit(_order(number), _seen(), PROJECTION)
    dropped = writer.dropped
    go.set()
    writer.flush()

    assert dropped == 3
    assert writer.written == WAITING + 1


def test_a_full_disk_costs_pictures_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """What cannot be written is lost and counted, the log says so once, and with space it goes on."""
    writer = ImageWriter(tmp_path, CAMERA, MOST_BYTES)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        for number in range(3):
            writer.submit(_order(number), _seen(), PROJECTION)
        writer.flush()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    writer.submit(_order(7), _seen(), PROJECTION)
    writer.flush()

    assert (writer.written, writer.dropped) == (1, 3)
    assert len([r for r in caplog.records if "cannot be written" in r.message]) == 1
    assert len(list((tmp_path / "d000007").glob("*.jpg"))) == 4


def test_nothing_is_written_to_a_nearly_full_disk(tmp_path: Path) -> None:
    """The journal needs the rest; what is not written is counted."""
    writer = ImageWriter(tmp_path, CAMERA, MOST_BYTES, free_bytes=1 << 60)
    writer.submit(_order(), _seen(), PROJECTION)
    writer.flush()

    assert (writer.written, writer.dropped, list(tmp_path.iterdir())) == (0, 1, [])
