"""What the web is given to work with: frozen, built once by the daemon, handed to every route."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from prometheus_client import CollectorRegistry

from dartd.auth.accounts import Accounts
from dartd.auth.rate_limits import Limits
from dartd.config import Config
from dartd.runtime.hub.hub import Hub
from dartd.runtime.queued import CommandHook
from dartd.store.database import Database
from dartd.store.journal import Write
from dartd.web.clock import wall_timestamp
from dartd.web.connections.clients import Clients
from dartd.web.host import HostFigures
from schemas.base import CameraId, Event
from schemas.codec import encode_wire
from schemas.commands import BoardCommand
from schemas.events import Envelope, Snapshot


class BoardPort(Protocol):
    """The pipeline as the web needs it: the only way to ask anything of the board."""

    @property
    def stream_id(self) -> str:
        """Name the stream that `seq` counts in."""

    @property
    def last_detection_at(self) -> str | None:
        """Tell when the last dart was seen, as a timestamp."""

    @property
    def is_holding(self) -> bool:
        """Say whether the journal cannot be written, so that the pipeline holds what it has."""

    def snapshot(self) -> Snapshot:
        """Show the board as of the last event that was told."""

    async def write(self, write: Write) -> Any:
        """Carry out a person's write with its events, in one commit; return its result."""

    async def submit(self, command: BoardCommand, hook: CommandHook | None = None) -> tuple[Envelope, ...]:
        """Carry out a command and return its events, journalled; `hook` writes in the same commit."""


class JournalPort(Protocol):
    """The journal as the web reads it."""

    async def read(self, since_seq: int, limit: int) -> Sequence[tuple[int, str, bytes]]:
        """Read up to `limit` events after `since_seq`: seq, topic, wire bytes."""


class CameraFigures(Protocol):
    """How a camera's process does, as its supervisor knows."""

    @property
    def state(self) -> str:
        """Name the camera's state."""

    @property
    def fps(self) -> float:
        """Give the frames per second that are really seen."""

    @property
    def faults(self) -> Sequence[str]:
        """Name what is wrong with its pictures."""


@dataclass(frozen=True, kw_only=True)
class Services:
    """Everything behind the routes. `started_at_s` and `now` are monotonic seconds, `timestamp` is wall time as the wire writes it."""

    config: Config
    version: str
    board: BoardPort
    hub: Hub
    journal: JournalPort
    cameras: Callable[[], Mapping[CameraId, CameraFigures]]
    registry: CollectorRegistry
    database: Database
    accounts: Accounts
    limits: Limits
    clients: Clients
    host: HostFigures
    started_at_s: float
    now: Callable[[], float]
    timestamp: Callable[[], str] = field(default=wall_timestamp)
    repeating: set[str] = field(default_factory=set)  # requests with an Idempotency-Key that are being done; one for each caller that waits

    @property
    def simulated(self) -> bool:
        """Say whether any camera is the simulator; people must see that."""
        return any(camera.url.startswith("sim:") for camera in self.config.cameras)

    def wire(self, event: Event) -> bytes:
        """Encode an event that is not journalled."""
        return encode_wire(event, {"timestamp": self.timestamp()})
