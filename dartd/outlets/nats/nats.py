"""The outlet of a board to its venue: events and reports into the stream, commands out of it."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any, Final, NoReturn, Protocol

from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.core import CounterMetricFamily
from prometheus_client.metrics_core import Metric

from dartd.auth.accounts import Accounts
from dartd.auth.rate_limits import RateLimiter
from dartd.config import Config
from dartd.metrics import Metrics
from dartd.outlets.nats.commands import CommandDesk
from dartd.outlets.nats.connection import Link, check_package, keep_connected
from dartd.outlets.nats.publisher import JournalReader, Publisher
from dartd.outlets.nats.stream import ensure_stream
from dartd.outlets.nats.subjects import command_subject
from dartd.runtime.hub.hub import Hub
from dartd.runtime.queued import CommandHook
from dartd.runtime.venue_link import VenueLink
from dartd.store.database import Database
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
    def metrics(self) -> Metrics:
        """Return the metrics."""

    @property
    def venue(self) -> VenueLink:
        """Return the state of the link."""

    @property
    def alerts(self) -> Callable[[], Sequence[Alert]]:
        """Return the alerts that are not resolved, when called."""

    @property
    def simulated(self) -> bool:
        """Return whether any camera is simulated."""

    @property
    def now(self) -> Callable[[], float]:
        """Return the monotonic clock."""


class Nats:
    """The outlet."""

    def __init__(self, services: NatsServices) -> None:
        """Prepare the outlet.

        Raises:
            ConfigError: its package is not installed.
        """
        check_package()
        self._services = services
        self._settings = services.config.nats
        self._board_id = services.config.board.id
        services.venue.goes_down(services.now(), "not connected yet")
        register(services.metrics.registry, services.venue, lambda: services.hub.last_seq)

    async def run(self) -> NoReturn:
        """Connect and publish until cancelled; after an error connect again, later each time."""
        services = self._services
        await keep_connected(
            self._settings, f"dartd board {self._board_id}", self._serve, lambda why: services.venue.goes_down(services.now(), why)
        )

    async def _serve(self, link: Link) -> None:
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
            state=services.venue,
            stream=stream,
        )
        services.venue.comes_up()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._answer_commands(link))
            tasks.create_task(publisher.run())

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

    async def _answer_commands(self, link: Link) -> None:
        services = self._services
        desk = CommandDesk(services.board, services.accounts, services.limits, self._count_command)
        subscription = await link.client.subscribe(command_subject(self._settings.venue, self._board_id), pending_msgs_limit=_PENDING)
        async for message in subscription.messages:
            answer = await desk.answer(bytes(message.data))
            if message.reply:
                await link.publish(message.reply, answer)

    def _count_command(self) -> None:
        self._services.venue.commands += 1


def register(registry: CollectorRegistry, state: VenueLink, last_seq: Callable[[], int]) -> None:
    """Register the metrics of a link."""
    connected = Gauge("dartd_venue_connected", "Whether the board is connected to its venue", registry=registry)
    connected.set_function(lambda: float(state.down_since_s is None))
    waiting = Gauge("dartd_venue_events_waiting", "Events in the journal that the venue has not yet", registry=registry)
    waiting.set_function(lambda: float(max(0, last_seq() - state.published_seq)))
    registry.register(_Counters(state))


class _Counters:
    """The counters of a link as metric families."""

    def __init__(self, state: VenueLink) -> None:
        self._state = state

    def describe(self) -> list[Metric]:
        """Return nothing, so that registering does not collect."""
        return []

    def collect(self) -> list[Metric]:
        """Return all families."""
        state: Any = self._state
        texts = {
            "published": "Events published to the venue",
            "reports": "Reports published to the venue",
            "connections": "Connections to the venue",
            "commands": "Commands from the venue that were executed",
        }
        return [CounterMetricFamily(f"dartd_venue_{name}", text, getattr(state, name)) for name, text in texts.items()]
