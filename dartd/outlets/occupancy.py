"""Publish `zone_update` when the number of darts in a zone changes."""

import logging
from typing import NoReturn, Protocol

import anyio

from dartd.errors import DartdError
from dartd.runtime.hub.hub import Hub
from dartd.store.calibrations import Calibrations
from dartd.store.database import Database
from dartd.store.zones import active_zones, darts_in
from schemas.base import Event
from schemas.events import Snapshot, ZoneOccupancy, ZoneUpdate

_log = logging.getLogger(__name__)

PERIOD_S = 0.1  # fast enough for a person; checking an unchanged board costs microseconds


class ShownBoard(Protocol):
    """The board whose darts are counted."""

    def snapshot(self) -> Snapshot:
        """Return the board as it stands."""


class OccupancyServices(Protocol):
    """The dependencies of the counts."""

    @property
    def board(self) -> ShownBoard:
        """Return the board."""

    @property
    def calibrations(self) -> Calibrations:
        """Return the calibrations of the cameras."""

    @property
    def database(self) -> Database:
        """Return the open store."""

    @property
    def hub(self) -> Hub:
        """Return the hub."""

    def encode(self, event: Event) -> bytes:
        """Encode an event that is not journalled."""


async def watch_zones(services: OccupancyServices) -> NoReturn:
    """Count the darts in every active zone after each journalled event, and publish the counts that have changed."""
    counts = await count_zones(services) or {}
    seen = services.board.snapshot().last_seq
    while True:
        await anyio.sleep(PERIOD_S)
        last_seq = services.board.snapshot().last_seq
        if last_seq == seen:
            continue
        found = await count_zones(services)
        if found is None:
            continue
        for zone_id, count in found.items():
            if count != counts.get(zone_id, 0):
                event = ZoneUpdate(zone_id=zone_id, data=ZoneOccupancy(count=count))
                services.hub.publish_unjournalled(f"zone:{zone_id}", services.encode(event))
        counts, seen = found, last_seq


async def count_zones(services: OccupancyServices) -> dict[str, int] | None:
    """Return the number of darts in each active zone; None if the store cannot be read, which is logged."""
    try:
        rows = await services.database.query(active_zones)
    except DartdError as error:
        _log.warning("the zones could not be read: %s", error)
        return None
    snapshot = services.board.snapshot()
    return {row.zone_id: len(darts_in(row, snapshot, services.calibrations.of)) for row in rows}
