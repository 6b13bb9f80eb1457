"""Look into a store without changing it, whether or not a daemon runs on it."""

import logging
from pathlib import Path

import msgspec
import sqlalchemy as sa

from dartd.errors import StoreError
from dartd.store.sqlite.backend import APPLICATION_ID, SCHEMA_VERSION, inspect, version_of
from dartd.store.tables import calibrations, events
from schemas.base import CameraId, Value
from schemas.geometry import Calibration

_log = logging.getLogger(__name__)


class StoreReport(Value, frozen=True, kw_only=True):
    """What a look into a store found. `foreign`: it is of another program; `newer`: of a newer dartd. `damage` is SQLite's first complaint.

    Sequence numbers and the wall time of the last event are None when there is no event.
    """

    foreign: bool = False
    newer: bool = False
    damage: str | None = None
    count: int = 0
    first_seq: int | None = None
    last_seq: int | None = None
    last_at_s: float | None = None


def report_on(path: Path) -> StoreReport:
    """Return what is in a store: is it ours, is it whole, which events are there.

    Raises:
        StoreError: it cannot be read.
    """
    return inspect(path, _report)


def stored_calibrations(path: Path) -> dict[CameraId, Calibration]:
    """Return the calibrations of a store; none where it cannot be read, which is logged."""
    try:
        rows = inspect(path, lambda connection: connection.execute(sa.select(calibrations.c.camera_id, calibrations.c.body)).all())
        return {CameraId(row.camera_id): msgspec.json.decode(row.body, type=Calibration) for row in rows}
    except (StoreError, msgspec.DecodeError) as error:
        _log.warning("the calibrations of %s cannot be read: %s", path, error)
        return {}


def _report(connection: sa.Connection) -> StoreReport:
    if connection.exec_driver_sql("PRAGMA application_id").scalar_one() != APPLICATION_ID:
        return StoreReport(foreign=True)
    if version_of(connection) > SCHEMA_VERSION:
        return StoreReport(newer=True)
    complaint = str(connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one())
    if complaint != "ok":
        return StoreReport(damage=complaint)
    figures = sa.select(sa.func.count(), sa.func.min(events.c.seq), sa.func.max(events.c.seq), sa.func.max(events.c.at_s))
    count, first, last, last_at_s = connection.execute(figures).one()
    return StoreReport(count=count, first_seq=first, last_seq=last, last_at_s=last_at_s)
