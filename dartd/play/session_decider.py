"""The decider of sessions: darts, sign-ons and matches of a board in, `session_update` out; time makes sessions idle and closes them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, Literal

import msgspec

from dartd.decision import Input, Step
from dartd.play.session import OpenSession
from schemas.base import BoardId, Value
from schemas.events import (
    BoardReset,
    DartHit,
    DartUnscored,
    EntityAdded,
    EntityDeleted,
    EntityUpdated,
    ExtraDart,
    JournalledEvent,
    MatchStateChanged,
    PlayerErased,
    PlayerMerged,
    PlayerSignedOn,
    SessionUpdated,
    TakeoutFinished,
    ThrowMiss,
    TurnChanged,
    TurnRevised,
)
from schemas.session import Session, SessionChange, TimelineEntry

MATCHES_KEPT: Final = 200  # of the board; more than can be open at a time

_MS: Final = 1000
_SHARE_DIGITS: Final = 4

_Phase = Literal["running", "paused", "over"]
_Thrown = DartHit | DartUnscored | ExtraDart | ThrowMiss


class _Memory(Value, frozen=True, kw_only=True):
    sessions: tuple[OpenSession, ...] = ()
    matches: tuple[str, ...] = ()
    match_id: str | None = None
    thrower: str | None = None
    phase: _Phase = "running"
    zones: dict[str, str] = msgspec.field(default_factory=dict)


class SessionDecider:
    """All open sessions of a board.

    `wall` gives the wall time of a moment of media time in seconds since 1970, `timestamp` formats it. A session is idle when the last
    dart is longer ago than `idle_s`, and closed, as of its last dart, after `close_s`.
    """

    name = "sessions"

    def __init__(
        self, board_id: BoardId, *, idle_s: float, close_s: float, wall: Callable[[float], float], timestamp: Callable[[float], str]
    ) -> None:
        self._board_id = board_id
        self._idle_ms = round(idle_s * _MS)
        self._close_ms = max(round(close_s * _MS), self._idle_ms)
        self._wall = wall
        self._timestamp = timestamp
        self._sessions: list[OpenSession] = []
        self._matches: list[str] = []  # matches of this board, the latest
        self._match_id: str | None = None  # the one that runs
        self._thrower: str | None = None  # whose turn it is in it
        self._phase: _Phase = "running"  # of the match; when it is over its last darts stand in the board still
        self._zones: dict[str, str] = {}  # names of the active zones for players of this board

    # The port of a decider.

    def step(self, inputs: Sequence[Input], now: float) -> Step:
        """Let time pass until now, and process the inputs in order."""
        at_ms = self._ms(now)
        events: list[JournalledEvent] = list(self._pass_time(at_ms))
        for item in inputs:
            events += self._take(item, at_ms)
        return Step(events=tuple(events))

    def deadline(self) -> float | None:
        """Return when the first session becomes idle or is closed, in media time."""
        due_ms = min(
            (each.last_ms + (self._close_ms if each.state == "idle" else self._idle_ms) + 1 for each in self._sessions), default=None
        )
        return None if due_ms is None else due_ms / _MS - self._wall(0.0)

    def memory(self, epoch_s: float) -> bytes:  # noqa: ARG002 - all times are wall time
        """Return all open sessions, and the match that runs."""
        stored = _Memory(
            sessions=tuple(self._sessions),
            matches=tuple(self._matches),
            match_id=self._match_id,
            thrower=self._thrower,
            phase=self._phase,
            zones=self._zones,
        )
        return msgspec.json.encode(stored)

    def restore(self, memory: bytes | None, events: Iterable[tuple[JournalledEvent, float]], *, now: float, epoch_s: float) -> None:  # noqa: ARG002 - the same
        """Take over a stored memory (None: a fresh one) and apply the events behind it.

        Raises:
            msgspec.DecodeError: the memory cannot be read; nothing was taken over.
        """
        stored = _Memory() if memory is None else msgspec.json.decode(memory, type=_Memory)
        self._sessions, self._matches, self._zones = list(stored.sessions), list(stored.matches), dict(stored.zones)
        self._match_id, self._thrower, self._phase = stored.match_id, stored.thrower, stored.phase
        for event, at_s in events:
            at_ms = self._ms(at_s)
            for _ in self._pass_time(at_ms):
                pass
            self._take(event, at_ms)

    # What is shown.

    def open_sessions(self, now: float) -> tuple[Session, ...]:
        """Return the open sessions as of a moment of media time."""
        at_ms = self._ms(now)
        return tuple(self._published(each, at_ms) for each in self._sessions)

    # Inputs.

    def _take(self, item: Any, at_ms: int) -> list[JournalledEvent]:
        match item:
            case DartHit() | DartUnscored() | ExtraDart() | ThrowMiss():
                return self._thrown(item, at_ms)
            case PlayerSignedOn():
                return self._sign_on(item.player_id, at_ms)
            case MatchStateChanged():
                self._follow_match(item)
            case TakeoutFinished() | BoardReset():
                if self._phase == "over":
                    self._leave_match()
            case TurnChanged() | TurnRevised():
                if item.match_id == self._match_id and item.turn is not None:
                    self._thrower = item.turn.player_id
            case EntityAdded() | EntityUpdated() | EntityDeleted():
                self._follow_entity(item)
            case PlayerMerged() | PlayerErased():
                self._rename(item.player_id, item.into_player_id if isinstance(item, PlayerMerged) else None)
            case _:
                pass
        return []

    def _thrown(self, dart: _Thrown, at_ms: int) -> list[JournalledEvent]:
        """Count a dart for its thrower, and the time until it for the others in the match."""
        events: list[JournalledEvent] = []
        is_of_match = self._match_id is not None and self._phase != "paused"
        player_id = self._thrower if is_of_match else dart.player_id
        own = next((each for each in self._sessions if each.player_id == player_id), None)
        if own is None:
            own = OpenSession.begin(f"s_{_id_of(dart)}", player_id, at_ms)
            own.zone_id = min(self._zones, default=None)
            self._sessions.append(own)
            events.append(self._update("entry", own, at_ms))
        elif own.touch(max(at_ms, own.last_ms)):
            events.append(self._update("active_resume", own, at_ms))
        own.match_id = self._match_id if is_of_match else own.match_id
        if own.visit_id != dart.visit_id:
            own.visit_id = dart.visit_id
            own.visits += 1
        if is_of_match:
            for other in self._sessions:
                is_opponent = other is not own and other.match_id == self._match_id
                if is_opponent and other.touch(max(at_ms, other.last_ms)):
                    events.append(self._update("active_resume", other, at_ms))
        return events

    def _sign_on(self, player_id: str | None, at_ms: int) -> list[JournalledEvent]:
        """Close the sessions of all others, those in the match that runs aside."""
        others = [
            each for each in self._sessions if each.player_id != player_id and (each.match_id is None or each.match_id != self._match_id)
        ]
        return [self._close(each, max(at_ms, each.last_ms)) for each in others]

    def _follow_match(self, event: MatchStateChanged) -> None:
        if event.match_id not in self._matches:
            return
        if event.status == "running":
            self._thrower = self._thrower if event.match_id == self._match_id else None
            self._match_id, self._phase = event.match_id, "running"
        elif event.match_id == self._match_id:
            if event.status == "stopped":
                self._leave_match()
            else:
                self._phase = "over" if event.status == "finished" else "paused"

    def _leave_match(self) -> None:
        self._match_id, self._thrower, self._phase = None, None, "running"

    def _follow_entity(self, event: EntityAdded | EntityUpdated | EntityDeleted) -> None:
        """Note matches of this board, and zones for its players."""
        payload = event.payload
        if event.entity_type == "match" and isinstance(event, EntityAdded) and payload.get("board_id") == self._board_id:
            if event.entity_id not in self._matches:
                self._matches = [*self._matches[1 - MATCHES_KEPT :], event.entity_id]
        elif event.entity_type == "zone":
            self._zones.pop(event.entity_id, None)
            if payload.get("zone_type") == "oche" and payload.get("board_id") == self._board_id and payload.get("active"):
                self._zones[event.entity_id] = str(payload["name"])

    def _rename(self, player_id: str, into: str | None) -> None:
        for each in self._sessions:
            if each.player_id == player_id:
                each.player_id = into
        if self._thrower == player_id:
            self._thrower = into

    # Time.

    def _pass_time(self, at_ms: int) -> Iterator[JournalledEvent]:
        """Make sessions idle, and close those whose last dart is too long ago."""
        for each in list(self._sessions):
            if each.state == "active" and each.is_idle_at(at_ms, self._idle_ms):
                each.idle()
                yield self._update("idle_start", each, at_ms)
            if each.state == "idle" and each.is_idle_at(at_ms, self._close_ms):
                yield self._close(each, None)

    def _close(self, session: OpenSession, at_ms: int | None) -> SessionUpdated:
        session.close(at_ms)
        self._sessions.remove(session)
        return self._update("exit", session, session.last_ms)

    def _ms(self, now: float) -> int:
        return round(self._wall(now) * _MS)

    # Publishing.

    def _update(self, event: SessionChange, session: OpenSession, at_ms: int) -> SessionUpdated:
        return SessionUpdated(event=event, session=self._published(session, at_ms))

    def _published(self, session: OpenSession, at_ms: int) -> Session:
        active_ms, idle_ms = session.totals_at(max(at_ms, session.last_ms))
        total_ms = active_ms + idle_ms
        return Session(
            session_id=session.session_id,
            player_id=session.player_id,
            board_id=self._board_id,
            zone_id=session.zone_id,
            zone_name=self._zones.get(session.zone_id or ""),
            entry_time=self._timestamp(session.entry_ms / _MS),
            exit_time=None if session.exit_ms is None else self._timestamp(session.exit_ms / _MS),
            duration_seconds=total_ms / _MS,
            total_active_seconds=active_ms / _MS,
            total_idle_seconds=idle_ms / _MS,
            active_share=round(active_ms / total_ms, _SHARE_DIGITS) if total_ms else None,
            state=session.state,
            visit_number=max(session.visits, 1),
            match_id=session.match_id,
            timeline=tuple(
                TimelineEntry(
                    timestamp=self._timestamp(each.at_ms / _MS), event=each.event, state=each.state, duration=each.lasted_ms / _MS
                )
                for each in session.changes
            ),
        )


def _id_of(dart: _Thrown) -> str:
    return f"{dart.visit_id}-{dart.dart_number or 0}" if isinstance(dart, ThrowMiss) else str(dart.dart_id)
