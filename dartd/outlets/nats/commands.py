"""Commands to a board from elsewhere in the venue: the board checks the token of the caller itself, and answers."""

import logging
from typing import Final

import msgspec
from sqlalchemy import Connection

from dartd.auth.accounts import Accounts
from dartd.auth.command_rights import authorised
from dartd.auth.principal import Principal
from dartd.auth.rate_limits import RateLimiter
from dartd.errors import CommandRefusedError, DartdError
from dartd.outlets.nats.guests import GuestBoard, GuestMatches
from dartd.store.audit import AuditEntry, append_entry
from dartd.store.database import Database
from dartd.store.timestamps import timestamp_of
from schemas.api.play import CommandResult
from schemas.codec import UNREADABLE, encode_json
from schemas.commands import BoardCommand, ResetBoard, StartBoard, StopBoard
from schemas.events import Envelope, Snapshot
from schemas.venue import VenueCommand, VenueReply

_log = logging.getLogger(__name__)

MAX_BYTES: Final = 65_536  # a match with the profiles of its players has 2 to 6 KiB
_COMMANDS: Final[dict[str, BoardCommand]] = {"start": StartBoard(), "stop": StopBoard(), "reset": ResetBoard()}
_STATUSES: Final = {"AUTH_INSUFFICIENT_PERMISSIONS": 403, "STATE_CONFLICT": 409, "VALIDATION_ERROR": 422}
_EXPECTED: Final = "this is no command: expected action and token"


class CommandDesk:
    """Executes commands with the rights of their callers."""

    def __init__(self, board: GuestBoard, accounts: Accounts, limits: RateLimiter, database: Database, board_id: str) -> None:
        self._board = board
        self._guests = GuestMatches(board, database, board_id)
        self._accounts = accounts
        self._limits = limits

    async def answer(self, payload: bytes) -> bytes:
        """Execute the command in a message and return the answer to it."""
        return encode_json(await self._answer(payload))

    async def _answer(self, payload: bytes) -> VenueReply:
        try:
            asked = msgspec.json.decode(payload[: MAX_BYTES + 1], type=VenueCommand)
        except UNREADABLE:
            return VenueReply(status=422, code="VALIDATION_ERROR", message=_EXPECTED)
        try:
            principal = await self._accounts.principal_of(asked.token)
        except DartdError as error:
            return _refusal(error)
        if principal is None or principal.is_anonymous:
            wait_s = self._limits.acquire("nats tokens", self._limits.limit_of("default", None)).retry_after_s
            if wait_s:
                return VenueReply(status=429, code="RATE_LIMIT_EXCEEDED", message="too many invalid tokens; try again later")
            return VenueReply(status=401, code="AUTH_INVALID_TOKEN", message="a token of this board is required")
        try:
            result = await self._carry_out(asked, principal)
        except DartdError as error:
            return _refusal(error)
        return VenueReply(status=200, result=msgspec.Raw(encode_json(result)))

    async def _carry_out(self, asked: VenueCommand, principal: Principal) -> CommandResult | None:
        match asked.action:
            case "begin_match":
                if asked.match is None:
                    raise CommandRefusedError(_EXPECTED, code="VALIDATION_ERROR")
                await self._guests.begin(asked.match, asked.players, principal, self._accounts.now())
            case "stop_match":
                await self._guests.stop(asked.match_id or "", principal, timestamp_of(self._accounts.now()))
            case _:
                return await self._execute(asked.action, principal)
        return None

    async def _execute(self, action: str, principal: Principal) -> CommandResult:
        command = authorised(_COMMANDS[action], principal)
        entry = AuditEntry(at_s=self._accounts.now(), user_id=principal.name, action=f"board.{action}", entity_type="board")
        results: list[CommandResult] = []

        def keep(connection: Connection, envelopes: tuple[Envelope, ...], snapshot: Snapshot) -> None:
            seq = tuple(envelope.seq for envelope in envelopes)
            results.append(CommandResult(action=action, status=snapshot.status, state=snapshot.state, seq=seq, last_seq=snapshot.last_seq))
            append_entry(connection, entry)

        await self._board.submit(command, keep)
        return results[-1]


def _refusal(error: DartdError) -> VenueReply:
    return VenueReply(status=_STATUSES.get(error.code, 503), code=error.code, message=error.message, details=error.details)
