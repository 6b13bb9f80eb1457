"""Calibrations outlive the daemon."""

import asyncio
from pathlib import Path

import pytest

from dartd.store.calibrations import Calibrations
from dartd.store.database import Database
from schemas.base import CameraId
from schemas.geometry import Calibration


def _calibration(residual_px: float) -> Calibration:
    return Calibration(
        camera_id=CameraId("cam0"),
        width=800,
        height=600,
        focal_x_px=700.0,
        focal_y_px=700.0,
        center_x_px=400.0,
        center_y_px=300.0,
        rotation=(1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0),
        translation_mm=(0.0, 0.0, 500.0),
        residual_px=residual_px,
        residual_mm=0.3,
    )


async def test_last_calibration_survives_a_restart(tmp_path: Path) -> None:
    """A store opened again gives the calibration that was kept last."""
    database = await asyncio.to_thread(Database.open, tmp_path / "dartd.db")
    first = Calibrations(database)
    await first.keep(_calibration(0.9), at_s=1.0)
    await first.keep(_calibration(0.5), at_s=2.0)
    await asyncio.to_thread(database.close)

    database = await asyncio.to_thread(Database.open, tmp_path / "dartd.db")
    again = Calibrations(database)
    await again.load()

    assert again.of(CameraId("cam0")) == first.of(CameraId("cam0")) == _calibration(0.5)
    assert again.of(CameraId("cam1")) is None
    await asyncio.to_thread(database.close)


async def test_a_calibration_keeps_the_time_at_which_it_was_taken(tmp_path: Path) -> None:
    """A camera that says later that it still fits does not change it; another calibration has its own time."""
    database = await asyncio.to_thread(Database.open, tmp_path / "dartd.db")
    calibrations = Calibrations(database)
    first = calibrations.dated(_calibration(0.5), at_s=1.0)
    await calibrations.keep(first, at_s=1.0)
    again, other = calibrations.dated(_calibration(0.5), at_s=9.0), calibrations.dated(_calibration(0.4), at_s=9.0)
    await asyncio.to_thread(database.close)

    assert [each.calibrated_at for each in (first, again, other)] == [
        "1970-01-01T00:00:01.000Z",
        "1970-01-01T00:00:01.000Z",
        "1970-01-01T00:00:09.000Z",
    ]


async def test_calibration_of_another_version_is_left_out(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """What cannot be decoded is logged and its camera starts without."""
    database = await asyncio.to_thread(Database.open, tmp_path / "dartd.db")
    await database.write(lambda connection: connection.exec_driver_sql("INSERT INTO calibrations VALUES ('cam0', 1.0, '{}')").rowcount)
    calibrations = Calibrations(database)

    await calibrations.load()

    assert calibrations.of(CameraId("cam0")) is None
    assert "left out" in caplog.text
    await asyncio.to_thread(database.close)


async def test_calibration_that_cannot_be_written_is_remembered_all_the_same(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A full disk costs a calibration its next start, not this run."""
    database = await asyncio.to_thread(Database.open, tmp_path / "dartd.db")
    calibrations = Calibrations(database)
    await asyncio.to_thread(database.close)

    await calibrations.keep(_calibration(0.5), at_s=1.0)

    assert calibrations.of(CameraId("cam0")) == _calibration(0.5)
    assert "not kept" in caplog.text
