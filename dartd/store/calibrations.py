"""The calibrations that a restarted daemon gives back to its cameras."""

import logging

import msgspec
import sqlalchemy as sa

from dartd.errors import StoreError
from dartd.store.backends import Location, inspect
from dartd.store.database import Database
from dartd.store.tables import calibrations
from dartd.store.timestamps import timestamp_of
from schemas.base import CameraId
from schemas.codec import UNREADABLE, encode_json
from schemas.geometry import Calibration

_log = logging.getLogger(__name__)


class Calibrations:
    """The last calibration of each camera, in memory and in the store."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[CameraId, Calibration] = {}

    async def load(self) -> None:
        """Read what the store holds; one that cannot be decoded is left out, its camera calibrates anew.

        Raises:
            StoreError: the store cannot be read.
        """
        chosen = sa.select(calibrations.c.camera_id, calibrations.c.body)
        for camera_id, body in await self._database.read(lambda connection: connection.execute(chosen).all()):
            try:
                self._known[CameraId(camera_id)] = msgspec.json.decode(body, type=Calibration)
            except UNREADABLE as error:
                _log.warning("the stored calibration is left out: %s", error, extra={"camera": camera_id})

    def of(self, camera_id: CameraId) -> Calibration | None:
        """Return the last calibration of a camera, None when there is none."""
        return self._known.get(camera_id)

    def dated(self, calibration: Calibration, *, at_s: float) -> Calibration:
        """Return a calibration with the time at which it was taken: that of the known one if they are equal, else `at_s`, wall time."""
        known = self._known.get(calibration.camera_id)
        if known is not None and msgspec.structs.replace(calibration, calibrated_at=known.calibrated_at) == known:
            return known
        return msgspec.structs.replace(calibration, calibrated_at=timestamp_of(at_s))

    async def keep(self, calibration: Calibration, *, at_s: float) -> None:
        """Keep a calibration; `at_s` is wall time. One that cannot be written is kept in memory only, which is logged."""
        if self._known.get(calibration.camera_id) == calibration:
            return
        self._known[calibration.camera_id] = calibration
        row = {"camera_id": calibration.camera_id, "at_s": at_s, "body": encode_json(calibration).decode()}
        try:
            await self._database.write(lambda connection: _replace(connection, row))
        except StoreError as error:
            _log.warning("the calibration is not kept beyond this run: %s", error, extra={"camera": calibration.camera_id})


def _replace(connection: sa.Connection, row: dict[str, object]) -> None:
    connection.execute(sa.delete(calibrations).where(calibrations.c.camera_id == row["camera_id"]))
    connection.execute(sa.insert(calibrations).values(row))


def stored_calibrations(location: Location) -> dict[CameraId, Calibration]:
    """Return the calibrations of a store that is not open; none where it cannot be read, which is logged; blocks."""
    chosen = sa.select(calibrations.c.camera_id, calibrations.c.body)
    try:
        rows = inspect(location, lambda connection: connection.execute(chosen).all())
        return {CameraId(row.camera_id): msgspec.json.decode(row.body, type=Calibration) for row in rows}
    except (StoreError, *UNREADABLE) as error:
        _log.warning("the calibrations of %s cannot be read: %s", location, error)
        return {}
