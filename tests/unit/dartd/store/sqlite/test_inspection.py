"""A look into a store."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from dartd.store.calibrations import Calibrations, stored_calibrations
from dartd.store.journal import Journal
from dartd.store.report import StoreReport
from dartd.store.sqlite.inspection import report_on
from schemas.base import BoardId, VisitId
from schemas.events import BoardReset
from tests.support.sightings import rig

CALIBRATION = rig()[0]


async def test_a_store_is_reported_with_its_events_and_calibrations(tmp_path: Path) -> None:
    """Whole, of today, and with what is in it; also while a daemon holds it."""
    path = tmp_path / "dartd.db"
    journal = await asyncio.to_thread(Journal.open, path, BoardId("main"))
    await journal.append([BoardReset(visit_id=VisitId("v"))] * 2, at_s=5.0)
    await Calibrations(journal.database).keep(CALIBRATION, at_s=1.0)
    report, calibrations = await asyncio.to_thread(report_on, path), await asyncio.to_thread(stored_calibrations, path)
    file_bytes = path.stat().st_size
    await asyncio.to_thread(journal.close)

    assert report == StoreReport(size_bytes=file_bytes, count=2, first_seq=1, last_seq=2, last_at_s=5.0)
    assert calibrations == {CALIBRATION.camera_id: CALIBRATION}


def test_what_is_no_store_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A database of another program is foreign; calibrations that cannot be read are none, and the log says so."""
    path = tmp_path / "music.db"
    sqlite3.connect(path).execute("CREATE TABLE songs (name)").connection.close()

    assert report_on(tmp_path / "nothing.db") is None
    assert report_on(path) == StoreReport(foreign=True, size_bytes=path.stat().st_size)
    assert stored_calibrations(path) == {}
    assert "cannot be read" in caplog.text
