"""The calibrations that a restarted daemon hands back to its cameras."""

import logging
import sqlite3

import msgspec

from dartd.errors import StoreError
from dartd.store.database import Database
from schemas.base import CameraId
from schemas.codec import encode_json
from schemas.geometry import Calibration

_log = logging.getLogger(__name__)


class Calibrations:
    """The last calibration of each camera: in memory for whoever asks, and in the store."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[CameraId, Calibration] = {}

    async def load(self) -> None:
        """Read what the store holds; one that cannot be understood any more is left out, its camera calibrates anew.

        Raises:
            StoreError: the store cannot be read.
        """
        rows = await self._database.read(lambda connection: connection.execute("SELECT camera_id, body FROM calibrations").fetchall())
        for camera_id, body in rows:
            try:
                self._known[CameraId(camera_id)] = msgspec.json.decode(body, type=Calibration)
            except msgspec.DecodeError as error:
                _log.warning("the stored calibration is left out: %s", error, extra={"camera": camera_id})

    def of(self, camera_id: CameraId) -> Calibration | None:
        """Give the last calibration of a camera, if any."""
        return self._known.get(camera_id)

    async def keep(self, calibration: Calibration, *, at_s: float) -> None:
        """Remember a calibration; `at_s` is wall time. One that cannot be written is remembered in memory only, and the log says so."""
        if self._known.get(calibration.camera_id) == calibration:
            return
        self._known[calibration.camera_id] = calibration
        row = (calibration.camera_id, at_s, encode_json(calibration).decode())
        try:
            await self._database.write(lambda connection: _replace(connection, row))
        except StoreError as error:
            _log.warning("the calibration is not kept beyond this run: %s", error, extra={"camera": calibration.camera_id})


def _replace(connection: sqlite3.Connection, row: tuple[str, float, str]) -> None:
    connection.execute("INSERT OR REPLACE INTO calibrations (camera_id, at_s, body) VALUES (?, ?, ?)", row)
