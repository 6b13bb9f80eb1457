"""The dependencies of all routes: frozen, built once by the daemon."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn, Protocol

from dartd.auth.accounts import Accounts
from dartd.auth.rate_limits import RateLimiter
from dartd.config import Config
from dartd.decision import WebhookSample
from dartd.metrics import Metrics
from dartd.runtime.hub.hub import Hub
from dartd.runtime.outlet_states import OutletStates
from dartd.runtime.queued import CommandHook
from dartd.runtime.results_cache import ResultsCache
from dartd.runtime.scheduled_backups import ScheduledBackups
from dartd.runtime.venue_boards import VenueBoards
from dartd.runtime.workers.previews import Previews
from dartd.runtime.workers.rig import CameraRig
from dartd.store.calibrations import Calibrations
from dartd.store.cameras import CameraCredentials
from dartd.store.database import Database
from dartd.store.journal import Write
from dartd.web.camera_processes import CameraProcesses
from dartd.web.clock import wall_timestamp
from dartd.web.connections.clients import Clients
from dartd.web.host import HostFigures
from dartd.web.photo_encoder import PhotoEncoder
from dartd.web.reports.process import PdfProcess
from schemas.alert import Alert
from schemas.base import BoardId, CameraId, Event
from schemas.codec import encode_wire
from schemas.commands import AnyCommand
from schemas.events import Envelope, Snapshot
from schemas.session import Session


class BoardPort(Protocol):
    """The pipeline as used by the web: the only way to command the board."""

    @property
    def stream_id(self) -> str:
        """Return the id of the stream that `seq` counts in."""

    @property
    def last_detection_at(self) -> str | None:
        """Return the timestamp of the last detected dart."""

    @property
    def is_holding(self) -> bool:
        """Return whether events are held because the journal cannot be written."""

    def snapshot(self) -> Snapshot:
        """Return the state of the board after the last published event."""

    async def write(self, write: Write) -> Any:
        """Change stored entities and journal their events in one commit; return the result of the change."""

    async def submit(self, command: AnyCommand, hook: CommandHook | None = None) -> tuple[Envelope, ...]:
        """Execute and journal a command; return its events. `hook` writes in the same commit."""


class JournalPort(Protocol):
    """The journal as read by the web."""

    @property
    def projection_failures(self) -> Mapping[str, str]:
        """Return the derived tables that miss an event, each with the reason."""

    @property
    def damaged_log(self) -> Path | None:
        """Return where a log that was damaged at the start is kept, None when it was whole."""

    @property
    def file_fault(self) -> str | None:
        """Return what is wrong with the file of the store as of the last look, None when nothing is."""

    async def prune(self, before_s: float) -> None:
        """Delete a bounded number of events from before a wall time that no table is made of."""

    async def watch_file(self) -> NoReturn:
        """Look periodically whether the file of the store is still the one at its path."""

    async def read(self, since_seq: int, limit: int) -> Sequence[tuple[int, str, bytes]]:
        """Return up to `limit` events after `since_seq`: seq, topic, encoded event."""


class WebhookPort(Protocol):
    """The deliveries of webhooks."""

    @property
    def allow_private(self) -> bool:
        """Return whether addresses that are not public are allowed."""

    async def run(self) -> None:
        """Deliver until cancelled."""

    def secret_of(self, salt: str) -> str:
        """Return the secret of a webhook's salt."""

    def changed(self, webhook_id: str | None) -> None:
        """Read the webhooks again: one was added (None), changed or deleted."""

    def enqueue(self, webhook_id: str, delivery_id: str, event_type: str, body: bytes, seq: int | None = None) -> None:
        """Deliver a body that a person asked for.

        Raises:
            ConflictError: too many such deliveries wait already.
        """

    def samples(self) -> Sequence[WebhookSample]:
        """Return how each active webhook does."""

    @property
    def active_count(self) -> int:
        """Return the number of active webhooks."""

    @property
    def pending_count(self) -> int:
        """Return the number of deliveries that are waiting."""

    @property
    def failed_count(self) -> int:
        """Return the number of deliveries that have finally failed."""


class MatchPort(Protocol):
    """The matches that can still change."""

    def dart_at(self, match_id: str, *, set_number: int | None, leg: int | None, visit: int, dart: int) -> str | None:
        """Return the id of the dart of the board at a position, or of the last one before it; None if there is none."""


class CameraStatus(Protocol):
    """The state of a camera process."""

    @property
    def state(self) -> str:
        """Return the state of the camera."""

    @property
    def fps(self) -> float:
        """Return the measured frames per second."""

    @property
    def faults(self) -> Sequence[str]:
        """Return the faults of the camera."""


@dataclass(frozen=True, kw_only=True)
class Services:
    """All dependencies of the routes. `started_at_s` and `now` are monotonic seconds, `timestamp` returns wall-clock time."""

    config: Config
    version: str
    board: BoardPort
    hub: Hub
    journal: JournalPort
    cameras: Callable[[], Mapping[CameraId, CameraStatus]]
    calibrations: Calibrations
    metrics: Metrics
    database: Database
    accounts: Accounts
    limits: RateLimiter
    clients: Clients
    host: HostFigures
    webhooks: WebhookPort
    outlets: OutletStates
    venue: VenueBoards = field(default_factory=VenueBoards)
    rig: CameraRig
    previews: Previews
    camera_credentials: CameraCredentials
    camera_processes: CameraProcesses = field(default_factory=CameraProcesses)
    matches: MatchPort
    sessions: Callable[[], Sequence[Session]] = tuple  # that are open, as of now
    alerts: Callable[[], Sequence[Alert]] = tuple  # that are not resolved
    results: ResultsCache
    backups: ScheduledBackups
    photos: PhotoEncoder = field(default_factory=PhotoEncoder)
    pdfs: PdfProcess = field(default_factory=PdfProcess)
    started_at_s: float
    now: Callable[[], float]
    timestamp: Callable[[], str] = field(default=wall_timestamp)
    running_idempotency_keys: set[str] = field(default_factory=set)  # of requests being processed; bounded by the open connections

    @property
    def board_id(self) -> BoardId:
        """Return the id of the board."""
        return self.config.board.board_id

    @property
    def simulated(self) -> bool:
        """Return whether any camera is simulated."""
        return any(source.url.startswith("sim:") for source in self.rig.sources.values())

    def encode(self, event: Event) -> bytes:
        """Encode an event that is not journalled."""
        return encode_wire(event, {"timestamp": self.timestamp()})
