"""A look into a store on a server."""

import asyncio
from collections.abc import Callable

import psycopg

from dartd.config.database_url import DatabaseUrl
from dartd.store.calibrations import Calibrations, stored_calibrations
from dartd.store.journal import Journal
from dartd.store.postgresql.inspection import report_on, size_bytes
from dartd.store.report import StoreReport
from schemas.base import BoardId, VisitId
from schemas.events import BoardReset
from tests.support.postgres import PostgresServer
from tests.support.sightings import rig

CALIBRATION = rig()[0]


async def test_a_store_is_reported_with_its_events_and_calibrations(make_url: Callable[[], DatabaseUrl], server: PostgresServer) -> None:
    """Whole, of today, also while a daemon holds it; an empty database is none yet; a server that may lose events is named."""
    url, empty, foreign, newer = (make_url() for _ in range(4))
    journal = await asyncio.to_thread(Journal.open, url, BoardId("main"))
    await journal.append([BoardReset(visit_id=VisitId("v"))] * 2, at_s=5.0)
    await Calibrations(journal.database).keep(CALIBRATION, at_s=1.0)
    report = await asyncio.to_thread(report_on, url)
    calibrations = await asyncio.to_thread(stored_calibrations, url)
    await asyncio.to_thread(journal.close)
    with psycopg.connect(server.address(foreign.url.rpartition("/")[2])) as connection:
        connection.execute("CREATE TABLE songs (name text)")
    with psycopg.connect(server.address(newer.url.rpartition("/")[2])) as connection:
        connection.execute("CREATE TABLE events (seq int); CREATE TABLE alembic_version AS SELECT 'r0999' AS version_num")

    assert report is not None
    assert (report.count, report.first_seq, report.last_seq, report.last_at_s) == (2, 1, 2, 5.0)
    assert "fsync is off" in str(report.risk)
    assert report.size_bytes > 1_000_000
    assert size_bytes(url) > 1_000_000
    assert calibrations == {CALIBRATION.camera_id: CALIBRATION}
    assert [report_on(each) for each in (empty, foreign, newer)] == [None, StoreReport(foreign=True), StoreReport(newer=True)]
