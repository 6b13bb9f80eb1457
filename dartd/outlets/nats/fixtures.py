"""Fixtures of this board's tournaments at the other boards of the venue: sent to them, taken back, and what they report.

Nothing is decided here. A fixture changes by commands of the lane of this board alone: which one a free board gets
(`dartd/tournament/boards.py`), which match its board is asked to begin, and what that board reported. An order is sent again until it is
answered, also after a restart, since the journal has the match that was asked for; a board begins a match once. Reports are read from the
stream, each with the position after it in the commit of what it changed.
"""

import asyncio
import logging
import secrets
from typing import Any, Final, NoReturn, Protocol

import msgspec
from sqlalchemy import Connection

from dartd.auth.accounts import Accounts
from dartd.config import Config
from dartd.errors import CommandRefusedError, DartdError
from dartd.outlets.nats.connection import LinkError, NatsLink
from dartd.outlets.nats.orders import NOT_CONNECTED, ask_board
from dartd.outlets.nats.stream import StreamFigures, subscribe
from dartd.outlets.nats.subjects import event_subject, report_subject
from dartd.outlets.nats.venue_results import VenueResults
from dartd.play.bots import SELF
from dartd.runtime.hub.hub import Hub
from dartd.runtime.queued import CommandHook
from dartd.runtime.venue_boards import HeardBoard, VenueBoards
from dartd.store.audit import AuditEntry, append_entry
from dartd.store.database import Database
from dartd.store.fixture_match import match_of
from dartd.store.journal import Write
from dartd.store.profiles import profiles
from dartd.store.projections.tournaments import at_boards, queues, tournaments_are_open
from dartd.store.timestamps import timestamp_of
from dartd.tournament.boards import AssignBoard, BeginFixture, Move, moves_of
from dartd.tournament.steps import is_asked
from schemas.codec import UNREADABLE
from schemas.commands import AnyCommand
from schemas.events import Envelope, FixtureReported, Snapshot
from schemas.match_commands import CreateMatch
from schemas.tournament import Fixture, TournamentList
from schemas.tournament_commands import AssignFixture, AssignNext, StepFixture
from schemas.venue import VenueCommand, VenueReply

_log = logging.getLogger(__name__)

_LOOK_S: Final = 1.0  # between two looks at what is to be done; reports are as far apart
_AGAIN_S: Final = 60.0  # after which a server that refused is asked again
_WAITING: Final = 1000  # reports in memory; the server sends no more before some of them are taken over
_LATER: Final = frozenset({429, 503})  # statuses of a board that may execute the order when it comes again
_NO_TOKEN: Final = "auth.token of this board is not set: it must be the same on all boards of the venue"  # noqa: S105 - a message
_EVENT: Final = str(FixtureReported.__struct_config__.tag)

_report: msgspec.json.Decoder[HeardBoard] = msgspec.json.Decoder(HeardBoard)


class FixtureBoard(Protocol):
    """The board."""

    def snapshot(self) -> Snapshot:
        """Return the state of the board after the last published event."""

    async def submit(self, command: AnyCommand, hook: CommandHook | None = None) -> tuple[Envelope, ...]:
        """Execute and journal a command."""

    async def write(self, write: Write) -> object:
        """Change stored entities and journal their events in one commit."""


class FixtureServices(Protocol):
    """The dependencies of the fixtures."""

    @property
    def config(self) -> Config:
        """Return the configuration."""

    @property
    def board(self) -> FixtureBoard:
        """Return the board."""

    @property
    def hub(self) -> Hub:
        """Return the hub."""

    @property
    def database(self) -> Database:
        """Return the open store."""

    @property
    def accounts(self) -> Accounts:
        """Return the accounts."""

    @property
    def venue(self) -> VenueBoards:
        """Return the boards of the venue."""


class VenueFixtures:
    """Works over one connection."""

    def __init__(self, link: NatsLink, services: FixtureServices, stream: StreamFigures) -> None:
        self._link = link
        self._services = services
        self._settings = services.config.nats
        self._board_id = services.config.board.id
        self._results = VenueResults(services.board, services.database, self._board_id, stream)
        self._answered: set[str] = set()  # matches that their boards have begun, as far as is known over this connection
        self._seen = (-1, -1)
        self._subscriptions: list[Any] = []
        self._listens = False
        self._waits = False  # for an answer of a board

    async def run(self) -> NoReturn:
        """Work until cancelled. A server that refuses to be read (rights that suffice to publish) stops nothing else.

        Raises:
            StoreError: the store cannot be read or written.
        """
        while True:
            try:
                await self._work()
            except* LinkError as errors:
                _log.warning("nats: fixtures cannot be played at other boards: %s", errors.exceptions[0])
            await asyncio.sleep(_AGAIN_S)

    async def _work(self) -> None:
        from nats.js import api  # noqa: PLC0415 - an extra, which is missing where it is not used

        self._listens, self._answered, self._seen = False, set(), (-1, -1)
        results: asyncio.Queue[Any] = asyncio.Queue(_WAITING)
        since = api.ConsumerConfig(deliver_policy=api.DeliverPolicy.BY_START_SEQUENCE, opt_start_seq=await self._results.load() + 1)
        subject = event_subject(self._settings.venue, "*", _EVENT)
        self._subscriptions = [await subscribe(self._link, self._settings.stream, subject, since, results.put)]
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._take_results(results))
                tasks.create_task(self._look())
        finally:
            for each in self._subscriptions if not self._link.client.is_closed else ():
                await each.unsubscribe()

    async def _listen(self) -> None:
        """Receive the reports of all boards, beginning with the last of each; those who have no tournament do without."""
        from nats.js import api  # noqa: PLC0415 - as above

        last = api.ConsumerConfig(deliver_policy=api.DeliverPolicy.LAST_PER_SUBJECT)
        subject = report_subject(self._settings.venue, "*")
        self._subscriptions.append(await subscribe(self._link, self._settings.stream, subject, last, self._hear))

    async def _hear(self, message: Any) -> None:
        try:
            report = _report.decode(bytes(message.data))
        except UNREADABLE as error:  # of another version
            _log.debug("a report cannot be read: %s", error)
            return
        age_s = self._services.accounts.now() - message.metadata.timestamp.timestamp()
        self._services.venue.hear(report, max(0.0, age_s))

    async def _take_results(self, waiting: "asyncio.Queue[Any]") -> NoReturn:
        while True:
            await self._results.take(await waiting.get(), self._now())

    async def _look(self) -> NoReturn:
        """Do what is to be done, as long as something changes."""
        services = self._services
        while True:
            seen, has_moved = (services.hub.last_seq, services.venue.changes), False
            if seen != self._seen or self._waits:
                self._seen = seen
                has_moved = await self._do()
            if not has_moved:
                await asyncio.sleep(_LOOK_S)

    async def _do(self) -> bool:
        """Send and recall, and have free boards take fixtures; return whether one did."""
        fixtures, waiting, is_host = await self._services.database.read(_at_hand)
        if is_host and not self._listens:
            self._listens = True
            await self._listen()
        await self._send(fixtures)
        await self._recall(fixtures)
        return any([await self._carry_out(move) for move in self._moves(waiting, fixtures)])

    # Orders

    async def _send(self, fixtures: list[Fixture]) -> None:
        """Ask boards to begin the matches that the journal says they are to begin."""
        asked = [each for each in fixtures if is_asked(each) and each.match_id not in self._answered]
        here = [each for each in asked if self._services.venue.is_online(each.board_id or "")]
        await asyncio.gather(*map(self._ask, here))
        self._waits = any(each.match_id not in self._answered for each in asked)

    async def _ask(self, fixture: Fixture) -> None:
        board_id, match_id = fixture.board_id or "", fixture.match_id or ""
        try:
            command = await self._order_of(fixture, match_id)
        except DartdError as error:
            await self._give_up(fixture, error.message)
            return
        is_first = match_id not in self._results.sent
        await self._results.note_sent(match_id, board_id)
        reply = await self._order(board_id, command)
        is_lost = reply is not None and reply.code == NOT_CONNECTED and is_first  # else an earlier one may have come through
        if reply is None or (reply.status in _LATER and not is_lost):
            return
        if reply.status == 200:
            self._answered.add(match_id)
        else:
            await self._give_up(fixture, reply.message)

    async def _order_of(self, fixture: Fixture, match_id: str) -> VenueCommand:
        """Return the order to begin a match, with the profiles of its players.

        Raises:
            DartdError: it cannot be ordered; the message says why.
        """
        if self._services.config.auth.token is None:
            raise CommandRefusedError(_NO_TOKEN)
        playing = {each.player_id for side in fixture.sides for each in side.players if each.player_id is not None}
        match = msgspec.structs.replace(await self._match(fixture, match_id), host_id=self._board_id)
        found = await self._services.database.read(lambda connection: profiles(connection, playing))
        return VenueCommand(action="begin_match", match=match, players=tuple(found))

    async def _match(self, fixture: Fixture, match_id: str) -> CreateMatch:
        sign, at = self._services.config.corrections.sign_by_next_leg, self._now()
        return await self._services.database.read(lambda c: match_of(c, fixture, match_id, at, sign_by_next_leg=sign))

    async def _give_up(self, fixture: Fixture, reason: str) -> None:
        """Take a fixture back from a board that refuses it, so that it goes to another one."""
        board_id = fixture.board_id or ""
        _log.warning("board %s refuses fixture %s: %s", board_id, fixture.fixture_id, reason)
        self._services.venue.refuse(board_id, reason)
        command = AssignFixture(fixture_id=fixture.fixture_id, board_id=None, if_match_id=fixture.match_id, at=self._now(), user_id=SELF)
        await self._submit(command, fixture.fixture_id, "fixture.refused")

    async def _recall(self, fixtures: list[Fixture]) -> None:
        """Stop the matches at other boards whose fixtures were taken back or decided by hand."""
        current = {each.match_id for each in fixtures}
        for match_id, board_id in list(self._results.sent.items()):
            if match_id in current:
                continue
            self._waits = True
            if self._services.venue.is_online(board_id):
                reply = await self._order(board_id, VenueCommand(action="stop_match", match_id=match_id))
                if reply is not None and reply.status not in _LATER:
                    _log.info("board %s was asked to stop match %s: %s", board_id, match_id, reply.message or "done")
                    await self._results.note_over(match_id)

    async def _order(self, board_id: str, command: VenueCommand) -> VenueReply | None:
        command = msgspec.structs.replace(command, token=self._services.config.auth.token)
        return await ask_board(self._link, self._settings.venue, board_id, command)

    # Boards that take fixtures by themselves

    def _moves(self, waiting: list[TournamentList], fixtures: list[Fixture]) -> list[Move]:
        services = self._services
        known = services.venue.boards(self._board_id, "", services.board.snapshot(), fixtures) if waiting else ()
        return moves_of(waiting, fixtures, [each.board_id for each in known if each.state == "free"])

    async def _carry_out(self, move: Move) -> bool:
        at = self._now()
        match move:
            case AssignBoard():
                command = AssignNext(tournament_id=move.tournament_id, board_id=move.board_id, at=at, user_id=SELF)
                return await self._submit(command, move.tournament_id, "tournament.assign")
            case BeginFixture(fixture=fixture):
                is_elsewhere = fixture.board_id != self._board_id
                match_id = f"m_{secrets.token_hex(6)}"
                try:
                    match = await self._match(fixture, match_id)
                except DartdError as error:  # its format was deleted
                    _log.warning("fixture %s cannot be begun: %s", fixture.fixture_id, error.message)
                    return False
                step = StepFixture(
                    fixture_id=fixture.fixture_id, status="playing", match=match, elsewhere=is_elsewhere, at=at, user_id=SELF
                )
                return await self._submit(step, fixture.fixture_id, "fixture.status")

    async def _submit(self, command: AnyCommand, entity_id: str, action: str) -> bool:
        """Carry out a command with its audit entry; one that is refused has been overtaken by something else."""
        entry = AuditEntry(
            at_s=self._services.accounts.now(), user_id=SELF, action=action, entity_type=action.partition(".")[0], entity_id=entity_id
        )
        try:
            await self._services.board.submit(command, lambda connection, *_: append_entry(connection, entry))
        except CommandRefusedError as error:
            _log.info("%s of %s is not possible: %s", action, entity_id, error.message)
            return False
        return True

    def _now(self) -> str:
        return timestamp_of(self._services.accounts.now())


def _at_hand(connection: Connection) -> tuple[list[Fixture], list[TournamentList], bool]:
    """Return the fixtures that are called or played, the queues of boards, and whether there is anything to play."""
    fixtures = at_boards(connection)
    return fixtures, queues(connection), bool(fixtures) or tournaments_are_open(connection)
