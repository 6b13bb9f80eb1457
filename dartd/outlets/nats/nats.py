"""The outlet of a board to its venue: events and reports into the stream, commands out of it."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Final, NoReturn, Protocol

from dartd.auth.accounts import Accounts
from dartd.auth.rate_limits import RateLimiter
from dartd.config import Config
from dartd.outlets.nats.commands import CommandDesk
from dartd.outlets.nats.connection import NatsLink, check_package, keep_connected
from dartd.outlets.nats.fixtures import VenueFixtures
from dartd.outlets.nats.publisher import JournalReader, Publisher
from dartd.outlets.nats.stream import ensure_stream
from dartd.outlets.nats.subjects import command_subject
from dartd.runtime.hub.hub import Hub
from dartd.runtime.outlet_states import OutletStates
from dartd.runtime.queued import CommandHook
from dartd.runtime.venue_boards import VenueBoards
from dartd.store.database import Database
from dartd.store.journal import Write
from schemas.alert import Alert
from schemas.commands import AnyCommand
from schemas.events import Envelope, Snapshot
from schemas.venue import BoardReport, VenueAlert

_log = logging.getLogger(__name__)

MAX_ALERTS: Final = 5  # in a report, the worst first
_SEVERITIES: Final = ("critical", "high", "warning", "info")
_PENDING: Final = 64  # commands that wait; more are lost, and their callers get no answer


class VenueBoardPort(Protocol):
    """The board."""

    @property
    def stream_id(self) -> str:
        """Return the id of the stream that `seq` counts in."""

    def snapshot(self) -> Snapshot:
        """Return the state of the board after the last published event."""

    async def submit(self, command: AnyCommand, hook: CommandHook | None = None) -> tuple[Envelope, ...]:
        """Execute and journal a command."""

    async def write(self, write: Write) -> object:
        """Change stored entities and journal their events in one commit."""


class NatsServices(Protocol):
    """The dependencies of the outlet."""

    @property
    def config(self) -> Config:
        """Return the configuration."""

    @property
    def version(self) -> str:
        """Return the version of dartd."""

    @property
    def board(self) -> VenueBoardPort:
        """Return the board."""

    @property
    def hub(self) -> Hub:
        """Return the hub."""

    @property
    def journal(self) -> JournalReader:
        """Return the journal."""

    @property
    def database(self) -> Database:
        """Return the open store."""

    @property
    def accounts(self) -> Accounts:
        """Return the accounts."""

    @property
    def limits(self) -> RateLimiter:
        """Return the rate limits."""

    @property
    def venue(self) -> VenueBoards:
        """Return the boards of the venue, whose reports this outlet receives."""

    @property
    def outlets(self) -> OutletStates:
        """Return the outlets, to which this one is added."""

    @property
    def alerts(self) -> Callable[[], Sequence[Alert]]:
        """Return the alerts that are not resolved, when called."""

    @property
    def simulated(self) -> bool:
        """Return whether any camera is simulated."""


class Nats:
    """The outlet."""

    def __init__(self, services: NatsServices) -> None:
        """Prepare the outlet.

        Raises:
            ConfigError: its package is not installed.
        """
        check_package(services.config.nats)
        self._services = services
        self._settings = services.config.nats
        self._board_id = services.config.board.id
        self._state = services.outlets.add("nats", self._settings.url or "")

    async def run(self) -> NoReturn:
        """Connect and publish until cancelled; after an error connect again, later each time."""
        await keep_connected(self._settings, f"dartd board {self._board_id}", self._serve, self._state.lost)

    async def _serve(self, link: NatsLink) -> None:
        services = self._services
        stream = await ensure_stream(link, self._settings)
        publisher = Publisher(
            link,
            self._settings,
            self._board_id,
            services.board.stream_id,
            hub=services.hub,
            journal=services.journal,
            database=services.database,
            source=self,
            state=self._state,
            stream=stream,
        )
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._answer_commands(link))
            tasks.create_task(publisher.run())
            tasks.create_task(VenueFixtures(link, services, stream).run())

    def report(self, published_seq: int) -> BoardReport:
        """Return how the board does now."""
        services = self._services
        alerts = sorted(services.alerts(), key=lambda alert: _SEVERITIES.index(alert.severity))[:MAX_ALERTS]
        return BoardReport(
            board_id=services.config.board.board_id,
            stream_id=services.board.stream_id,
            published_seq=published_seq,
            name=services.config.board.name,
            version=services.version,
            simulated=services.simulated,
            alerts=tuple(VenueAlert(alert_type=each.alert_type, severity=each.severity, message=each.message) for each in alerts),
            snapshot=services.board.snapshot(),
        )

    async def _answer_commands(self, link: NatsLink) -> None:
        services = self._services
        desk = CommandDesk(services.board, services.accounts, services.limits, services.database, self._board_id)
        subscription = await link.client.subscribe(command_subject(self._settings.venue, self._board_id), pending_msgs_limit=_PENDING)
        async for message in subscription.messages:
            answer = await desk.answer(bytes(message.data))
            if message.reply:
                await link.publish(message.reply, answer)
