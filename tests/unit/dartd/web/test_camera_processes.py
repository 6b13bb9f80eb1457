"""Camera work in processes of its own."""

import numpy as np
import pytest

from dartd.web.camera_processes import CameraProcesses, PictureRefusedError
from schemas.base import CameraId
from schemas.board import BoardSpec
from schemas.pipe.to_worker import SourceSpec
from tests.support.scene import jpeg, outlook
from workers.sources.simulator import true_calibration
from workers.vision.calibration.points import ANGLES_RAD
from workers.vision.projection import CameraProjection

CAMERA = CameraId("cam0")
SIMULATED = SourceSpec(camera_id=CAMERA, url="sim:?rig=1&seed=1&story=demo&camera=0", fps=10)


@pytest.mark.slow
async def test_a_camera_is_probed() -> None:
    """Its size and rate are those that it delivers; one that cannot be opened has a reason."""
    processes = CameraProcesses()
    found = await processes.probe(SIMULATED, (800, 600))
    missing = await processes.probe(SourceSpec(camera_id=CAMERA, url="/dev/video-not-there"), None)

    assert (found.refusal, found.width, found.height) == ("", 800, 600)
    assert "no such camera" in missing.refusal


@pytest.mark.slow
async def test_four_points_make_a_calibration() -> None:
    """It fits the picture; points that go around the wrong way are refused."""
    corners_mm = 170.0 * np.column_stack([np.cos(ANGLES_RAD), np.sin(ANGLES_RAD), 0 * ANGLES_RAD])
    points = [(float(x), float(y)) for x, y in CameraProjection(true_calibration(1, 0, 800, 600, CAMERA)).project(corners_mm)]
    processes, picture = CameraProcesses(), jpeg(outlook(1, 0).picture())
    found = await processes.calibrate(picture, points, SIMULATED, BoardSpec())
    with pytest.raises(PictureRefusedError, match="not in order"):
        await processes.calibrate(picture, points[::-1], SIMULATED, BoardSpec())

    assert (found.camera_id, found.width, found.height) == (CAMERA, 800, 600)
    assert found.residual_mm < 0.5
