"""The pictures behind the messages of a camera."""

from pathlib import Path

import cv2
import numpy as np

from schemas.base import CameraId
from schemas.pipe.from_worker import Settled
from schemas.pipe.to_worker import Configure, SourceSpec
from tests.support.scene import dart, outlook
from workers.explanation import ExplanationDetector
from workers.sources.simulator import true_calibration
from workers.vision.frame import Frame

CAMERA = CameraId("cam0")


def test_a_dart_leaves_three_pictures_that_show_it(tmp_path: Path) -> None:
    """Before, after and change of the dart's episode are written, and differ where its sighting says that it is."""
    view = outlook(1, 0)
    configure = Configure(
        source=SourceSpec(camera_id=CAMERA, url="sim:?rig=1&seed=1&story=demo&camera=0"),
        calibration=true_calibration(1, 0, 800, 600, CAMERA),
    )
    detector = ExplanationDetector(configure, tmp_path / "pictures")
    stills = [view.picture()] * 4 + [view.picture(dart(30.0, 60.0))] * 4
    messages = [m for k, still in enumerate(stills) for m in detector.step(Frame(k / 20, pixels=still))]
    (settled,) = [m for m in messages if isinstance(m, Settled)]

    pictures = {name: cv2.imread(str(tmp_path / "pictures" / f"{settled.episode}-{name}.jpg")) for name in ("before", "after", "change")}
    tip = settled.sightings[0].tip
    around = (slice(round(tip.y) - 20, round(tip.y) + 20), slice(round(tip.x) - 20, round(tip.x) + 20))
    assert all(each is not None and each.shape == (600, 800, 3) for each in pictures.values())
    assert np.asarray(pictures["change"])[around].min() < 60
    assert np.median(np.asarray(pictures["change"])) > 200
