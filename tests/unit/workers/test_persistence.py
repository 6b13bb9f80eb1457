"""The empty board that outlives a camera process."""

from pathlib import Path

import cv2
import msgspec
import numpy as np
import pytest

from schemas.base import CameraId, DartId
from schemas.geometry import Axis3
from schemas.pipe.from_worker import Calibrated, FromWorker, Settled
from schemas.pipe.to_worker import Configure, KnownDart, SourceSpec, StoreImages, overlay_file
from tests.support.scene import dart, outlook
from workers.persistence import PersistentDetector
from workers.sources.simulator import true_calibration
from workers.vision.calibration.overlay import LINE
from workers.vision.frame import Frame, Image

CAMERA = CameraId("cam0")
STANDING = dart(30.0, 60.0)


def configure(state_dir: Path, *darts: KnownDart) -> Configure:
    """Hand over the true calibration, as a supervisor does after a restart."""
    calibration = msgspec.structs.replace(true_calibration(1, 0, 800, 600, CAMERA), camera_id=CAMERA)
    source = SourceSpec(camera_id=CAMERA, url="sim:?rig=1&seed=1&story=demo&camera=0")
    return Configure(source=source, calibration=calibration, darts=darts, state_dir=str(state_dir))


def watch(detector: PersistentDetector, picture: Image, *, frames: int = 4, from_s: float = 0.0) -> list[FromWorker]:
    """Show one still picture for some frames."""
    return [m for k in range(frames) for m in detector.step(Frame(from_s + k / 20, pixels=picture))]


def known() -> KnownDart:
    """Name the dart as the supervisor knows it."""
    pose = STANDING
    return KnownDart(dart_id=DartId("d000001"), axis=Axis3(x_mm=pose.x_mm, y_mm=pose.y_mm, slope_x=pose.slope_x, slope_y=pose.slope_y))


def test_a_dart_taken_while_no_camera_watched_is_found_gone(tmp_path: Path) -> None:
    """The process after a restart compares the known dart's place with the empty board that the one before had kept."""
    view = outlook(1, 0)
    watch(PersistentDetector(configure(tmp_path)), view.picture())
    settled = [m for m in watch(PersistentDetector(configure(tmp_path, known())), view.picture()) if isinstance(m, Settled)]

    assert len(settled) == 1
    assert settled[0].presence[0].score < 0.3


@pytest.mark.slow
def test_a_dart_that_still_stands_is_found_there(tmp_path: Path) -> None:
    """A restart changes nothing for a dart that was not taken."""
    view = outlook(1, 0)
    watch(PersistentDetector(configure(tmp_path)), view.picture())
    settled = [m for m in watch(PersistentDetector(configure(tmp_path, known())), view.picture(STANDING)) if isinstance(m, Settled)]

    assert settled[0].presence[0].score > 0.7


@pytest.mark.slow
def test_a_dart_thrown_while_no_camera_watched_is_seen(tmp_path: Path) -> None:
    """What stands in the board and is not known differs from the kept empty board, so it is reported."""
    view = outlook(1, 0)
    watch(PersistentDetector(configure(tmp_path)), view.picture())
    settled = [m for m in watch(PersistentDetector(configure(tmp_path)), view.picture(STANDING)) if isinstance(m, Settled)]

    assert settled[0].sightings


def test_without_a_place_to_keep_it_nothing_is_kept(tmp_path: Path) -> None:
    """A replay writes no files, and its first picture is its empty board."""
    messages = watch(PersistentDetector(msgspec.structs.replace(configure(tmp_path), state_dir=None)), outlook(1, 0).picture())

    assert any(isinstance(m, Calibrated) for m in messages)
    assert not list(tmp_path.iterdir())


def test_a_broken_file_is_as_none(tmp_path: Path) -> None:
    """A picture that cannot be read is taken anew."""
    view = outlook(1, 0)
    watch(PersistentDetector(configure(tmp_path)), view.picture())
    (kept,) = (tmp_path / "empty").glob("*.png")
    kept.write_bytes(b"no picture")
    detector = PersistentDetector(configure(tmp_path))
    watch(detector, np.asarray(view.picture()))

    assert kept.stat().st_size > 10_000
    assert detector.reference_age_s(1.0) >= 0.0


def test_pictures_of_a_throw_are_kept_where_they_are_asked_for(tmp_path: Path) -> None:
    """The episode of a new dart is written under the dart's name and counted; an unknown episode is not."""
    view = outlook(1, 0)
    detector = PersistentDetector(msgspec.structs.replace(configure(tmp_path), images_dir=str(tmp_path / "images")))
    watch(detector, view.picture())
    settled = [m for m in watch(detector, view.picture(STANDING), from_s=1.0) if isinstance(m, Settled)]
    detector.handle(StoreImages(dart_id=DartId("d000001"), episode=settled[0].episode, axis=known().axis, label="T20"))
    detector.handle(StoreImages(dart_id=DartId("d000002"), episode=99))
    assert detector.image_writer is not None
    detector.image_writer.flush()

    assert len(list((tmp_path / "images" / "d000001").glob("cam0-*.jpg"))) == 4
    assert not (tmp_path / "images" / "d000002").exists()
    assert (detector.counters.images_kept, detector.counters.images_lost) == (1, 0)


def test_the_calibration_can_be_looked_at(tmp_path: Path) -> None:
    """Each calibration leaves a picture with its lines drawn over the board."""
    watch(PersistentDetector(configure(tmp_path)), outlook(1, 0).picture(), frames=8)
    drawn: object = cv2.imread(str(tmp_path / overlay_file(CAMERA)))

    assert isinstance(drawn, np.ndarray)
    assert drawn.shape == (600, 800, 3)
    assert (np.abs(drawn.astype(int) - LINE).max(axis=2) < 60).sum() > 1000
