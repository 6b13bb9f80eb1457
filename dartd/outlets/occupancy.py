"""Publish `zone_update` when the darts in a zone, or the players at the oche, change."""

import logging
from collections.abc import Callable, Sequence
from typing import NoReturn, Protocol

import anyio

from dartd.errors import DartdError
from dartd.runtime.hub.hub import Hub
from dartd.store.calibrations import Calibrations
from dartd.store.database import Database
from dartd.store.zones import active_zones, darts_in
from schemas.base import Event
from schemas.events import ActiveSession, Snapshot, ZoneOccupancy, ZoneUpdate
from schemas.session import Session

_log = logging.getLogger(__name__)

_EMPTY = ZoneOccupancy(count=0)
PERIOD_S = 0.1  # fast enough for a person; checking an unchanged board costs microseconds


class SnapshotSource(Protocol):
    """The board whose darts are counted."""

    def snapshot(self) -> Snapshot:
        """Return the board as it stands."""


class OccupancyServices(Protocol):
    """The dependencies of the counts."""

    @property
    def board(self) -> SnapshotSource:
        """Return the board."""

    @property
    def sessions(self) -> Callable[[], Sequence[Session]]:
        """Return the open sessions."""

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
    """Look into every active zone after each journalled event, and publish those in which darts or sessions have changed."""
    before = await zones_now(services) or {}
    seen = services.board.snapshot().last_seq
    while True:
        await anyio.sleep(PERIOD_S)
        last_seq = services.board.snapshot().last_seq
        if last_seq == seen or not services.hub.is_followed("zone"):
            continue
        found = await zones_now(services)
        if found is None:
            continue
        for zone_id, data in found.items():
            if _changing(data) != _changing(before.get(zone_id, _EMPTY)):
                services.hub.publish_unjournalled(f"zone:{zone_id}", services.encode(ZoneUpdate(zone_id=zone_id, data=data)))
        before, seen = found, last_seq


async def zones_now(services: OccupancyServices) -> dict[str, ZoneOccupancy] | None:
    """Return what is in each active zone: darts, or at the oche sessions; None if the store cannot be read, which is logged."""
    try:
        rows = await services.database.query(active_zones)
    except DartdError as error:
        _log.warning("the zones could not be read: %s", error)
        return None
    snapshot, sessions = services.board.snapshot(), services.sessions()
    return {
        row.zone_id: _at_the_oche(row.board_id, sessions)
        if row.zone_type == "oche"
        else ZoneOccupancy(count=len(darts_in(row, snapshot, services.calibrations.of)))
        for row in rows
    }


def _at_the_oche(board_id: str, sessions: Sequence[Session]) -> ZoneOccupancy:
    there = tuple(
        ActiveSession(session_id=each.session_id, player_id=each.player_id, state=each.state, duration_seconds=each.duration_seconds)
        for each in sessions
        if each.board_id == board_id
    )
    return ZoneOccupancy(count=len(there), active_sessions=there)


def _changing(data: ZoneOccupancy) -> tuple[int, list[tuple[str, str | None, str]]]:
    """Return that of a zone which is published when it changes: not how long a session has lasted."""
    return data.count, [(each.session_id, each.player_id, each.state) for each in data.active_sessions]
