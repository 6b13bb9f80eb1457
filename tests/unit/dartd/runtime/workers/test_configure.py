"""The first message of a camera process."""

import asyncio
from pathlib import Path

from dartd.config import CameraConfig, Config
from dartd.deciders import build_board
from dartd.runtime.fault_injection import FaultInjector
from dartd.runtime.workers.configure import Configurations
from dartd.runtime.workers.rig import CameraRig
from dartd.store.calibrations import Calibrations
from dartd.store.database import Database
from dartd.store.images import THROW_BYTES
from schemas.base import CameraId
from schemas.geometry import Calibration

RIGHT = Calibration(
    camera_id=CameraId("right"),
    width=800,
    height=600,
    focal_x_px=700.0,
    focal_y_px=700.0,
    center_x_px=400.0,
    center_y_px=300.0,
    rotation=(1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0),
    translation_mm=(0.0, 0.0, 500.0),
    residual_px=0.5,
    residual_mm=0.3,
)


async def test_a_camera_process_starts_with_the_current_state(tmp_path: Path) -> None:
    """Its own source and calibration, its share of a throw's pictures; a simulated scene goes on where it was before the restart."""
    config = Config(
        state_dir=str(tmp_path), cameras=(CameraConfig(id="left", url="sim:?camera=0"), CameraConfig(id="right", url="/dev/video0", fps=15))
    )
    database = await asyncio.to_thread(Database.open, tmp_path / "dartd.db")
    calibrations = Calibrations(database)
    board = build_board(config, [camera.camera_id for camera in config.cameras])
    configurations = Configurations(
        config,
        CameraRig([camera.source for camera in config.cameras]),
        board,
        calibrations,
        FaultInjector(None),
        began_s=50.0,
        epoch_s=-7.0,
    )
    before = configurations.of_camera(CameraId("right"))
    await calibrations.keep(RIGHT, at_s=1.0)
    left, right = (configurations.of_camera(CameraId(name)) for name in ("left", "right"))
    await asyncio.to_thread(database.close)

    assert (left.source, left.start_s, left.calibration) == (config.cameras[0].source, -7.0, None)
    assert (right.source.fps, right.start_s, before.calibration, right.calibration) == (15, 50.0, None, RIGHT)
    assert (right.image_bytes, right.board, right.darts) == (THROW_BYTES // 2, config.board.spec, ())
