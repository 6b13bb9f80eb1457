"""What the interfaces of other boards need of the daemon, and how they command the board."""

import logging
from collections.abc import Callable, Mapping
from typing import Protocol

import msgspec

from dartd.config import Config
from dartd.errors import CommandRefusedError, DartdError
from dartd.outlets.occupancy import SnapshotSource
from dartd.runtime.hub.hub import Hub
from dartd.runtime.queued import CommandHook
from dartd.runtime.workers.previews import Previews
from dartd.runtime.workers.rig import CameraRig
from dartd.store.audit import AuditEntry, append_entry
from schemas.base import CameraId
from schemas.commands import AnyCommand, BoardCommand
from schemas.events import Envelope

_log = logging.getLogger(__name__)


class CommandedBoard(SnapshotSource, Protocol):
    """The board, which takes commands."""

    async def submit(self, command: AnyCommand, hook: CommandHook | None = None) -> tuple[Envelope, ...]:
        """Execute and journal a command."""


class ShownCamera(Protocol):
    """The state of a camera process."""

    @property
    def state(self) -> str:
        """Return the state of the camera."""

    @property
    def fps(self) -> float:
        """Return the measured frames per second."""


class AuditClock(Protocol):
    """The accounts, which have the wall clock."""

    def now(self) -> float:
        """Return the wall time, in seconds since 1970."""


class CompatServices(Protocol):
    """The dependencies of the interfaces."""

    @property
    def config(self) -> Config:
        """Return the configuration."""

    @property
    def version(self) -> str:
        """Return the version of dartd."""

    @property
    def board(self) -> CommandedBoard:
        """Return the board."""

    @property
    def hub(self) -> Hub:
        """Return the hub."""

    @property
    def cameras(self) -> Callable[[], Mapping[CameraId, ShownCamera]]:
        """Return the states of the cameras."""

    @property
    def rig(self) -> CameraRig:
        """Return the sources of the cameras."""

    @property
    def previews(self) -> Previews:
        """Return the pictures of the cameras."""

    @property
    def accounts(self) -> AuditClock:
        """Return the wall clock."""

    @property
    def timestamp(self) -> Callable[[], str]:
        """Return the wall time (ISO 8601)."""


async def command(services: CompatServices, surface: str, asked: BoardCommand) -> int:
    """Command the board and return the HTTP status; the audit entry names the interface instead of a user."""
    name = f"compat:{surface}"
    action = f"board.{asked.__struct_config__.tag}"
    entry = AuditEntry(at_s=services.accounts.now(), user_id=name, action=action, entity_type="board")
    try:
        await services.board.submit(msgspec.structs.replace(asked, user_id=name), lambda connection, *_: append_entry(connection, entry))
    except CommandRefusedError as refused:
        _log.info("%s: %s was refused: %s", surface, action, refused)
        return 409
    except DartdError as error:
        _log.warning("%s: %s failed: %s", surface, action, error)
        return 503
    return 200
