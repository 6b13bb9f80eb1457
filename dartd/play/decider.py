"""The decider of matches: events of the board and commands of people in, events of matches out."""

import contextlib
from collections.abc import Iterable, Sequence
from typing import Any, Final, get_args

import msgspec

from dartd.decision import Input, Step
from dartd.errors import CommandRefusedError, ConflictError, DartdError
from dartd.game.changes import Cause
from dartd.game.preferences import NO_PREFERENCES, Preferences, read_preferences
from dartd.game.rules import RulesError
from dartd.game.scoring import take_step
from dartd.play.board_events import after_board_event, cause_of, has_dart
from dartd.play.bots import SELF, bot_on, throw_of_bot, waits_for_bot
from dartd.play.commands import ScoringCommand, carry_out, find_leg
from dartd.play.failures import Failures, given_up
from dartd.play.played_match import PlayedMatch, StoredMatch, new_match, restored
from dartd.play.published import events_of, state_of
from dartd.play.results import reports_of
from dartd.play.setup import located, read_setup
from dartd.play.statistics import statistics_of
from dartd.play.timers import Timers
from schemas.base import BoardId, Value
from schemas.events import (
    BoardEvent,
    BoardReset,
    DartCorrected,
    DartHit,
    DartUnscored,
    EntityAdded,
    EntityDeleted,
    EntityUpdated,
    ExtraDart,
    JournalledEvent,
    MatchCommanded,
    MatchStateChanged,
    PlayerErased,
    PlayerMerged,
    TakeoutFinished,
    ThrowMiss,
)
from schemas.match import MatchState
from schemas.match_commands import CreateMatch, DeleteMatch, SignLeg, StepMatch

OPEN_MATCHES: Final = 100  # scheduled, running or paused at a time; each is in every stored memory
ENDED_MATCHES_KEPT: Final = 20  # those that ended last can still be undone and corrected

SIGN_AFTER_S: Final = 60.0  # after the end of a match; long enough to say that the last dart was none
BOT_PAUSE_S: Final = 1.5  # before each dart of a bot; about as long as a player takes

_BOARD_EVENTS: Final = get_args(BoardEvent)
_THROWN: Final = (DartHit, ExtraDart, DartUnscored, ThrowMiss, TakeoutFinished, BoardReset)


class _Memory(Value, frozen=True, kw_only=True):
    """What is stored: each match as JSON of its own, so that only the one that changed is encoded again."""

    on_board: str | None = None
    matches: tuple[msgspec.Raw, ...] = ()
    preferences: dict[str, Preferences] = msgspec.field(default_factory=dict)


class MatchDecider:
    """All matches that can still change. A match of the board gets the darts of the board while it is the one that was begun last."""

    name = "match"

    def __init__(self, board_id: BoardId, *, sign_after_s: float = SIGN_AFTER_S, bot_pause_s: float = BOT_PAUSE_S) -> None:
        self._board_id = board_id
        self._signatures = Timers(sign_after_s)
        self._bots = Timers(bot_pause_s)
        self._failures = Failures()
        self._now = 0.0  # of this step, in media time
        self._matches: dict[str, PlayedMatch] = {}  # in the order in which they were added
        self._encoded: dict[str, tuple[PlayedMatch, msgspec.Raw]] = {}
        self._preferences: dict[str, Preferences] = {}  # of the players who have any
        self._on_board: str | None = None
        self._shown: tuple[PlayedMatch, MatchState] | None = None

    # The port of a decider.

    def step(self, inputs: Sequence[Input], now: float) -> Step:
        """Process the inputs in order, and the time; return events and refused commands."""
        self._now = now
        events: list[JournalledEvent] = [*self._failures.take()]
        refusals: dict[int, CommandRefusedError] = {}
        for index, item in enumerate(inputs):
            try:
                events += self._take(item)
            except DartdError as error:
                refusals[index] = _refusal(error)
        events += self._failures.take()
        events += self._act_by_itself()
        return Step(events=tuple(events), refusals=refusals)

    def deadline(self) -> float | None:
        """Return when the legs of a match that has ended are signed, or a bot throws."""
        return min((due_s for due_s in (self._signatures.deadline, self._bots.deadline) if due_s is not None), default=None)

    def memory(self, epoch_s: float) -> bytes:  # noqa: ARG002 - it has no times of the media clock
        """Return all matches that can still change."""
        matches = tuple(map(self._encode, self._matches.values()))
        return msgspec.json.encode(_Memory(on_board=self._on_board, matches=matches, preferences=self._preferences))

    def restore(self, memory: bytes | None, events: Iterable[tuple[JournalledEvent, float]], *, now: float, epoch_s: float) -> None:  # noqa: ARG002 - the same
        """Take over a stored memory (None: a fresh one) and apply the events behind it.

        Raises:
            msgspec.DecodeError: the memory cannot be read; nothing was taken over.
        """
        stored = _Memory() if memory is None else msgspec.json.decode(memory, type=_Memory)
        self._matches, self._on_board, self._preferences = {}, stored.on_board, dict(stored.preferences)
        for each in stored.matches:
            self._restore_match(each)
        for event, _ in events:
            with contextlib.suppress(DartdError):  # a command that the rules of this version refuse
                self._take(event.command if isinstance(event, MatchCommanded) else event)
        self._now = now
        self._signatures.clear()
        self._bots.clear()
        for played in self._matches.values():
            self._watch(played)

    def _restore_match(self, stored: msgspec.Raw) -> None:
        """Take over a match; one that this version cannot compute is in error from the next step on.

        Raises:
            msgspec.DecodeError: it does not even say which match it is.
        """
        try:
            played = restored(msgspec.json.decode(stored, type=StoredMatch))
        except Exception as error:  # noqa: BLE001 - whatever the rules of this version do with it
            self._failures.add_stored(stored, error)
        else:
            self._matches[played.info.match_id] = played

    # What is shown.

    def match_on_board(self) -> MatchState | None:
        """Return the match that is running or paused on the board."""
        played = self._matches.get(self._on_board or "")
        if played is None or played.match.status not in {"running", "paused"}:
            return None
        if self._shown is None or self._shown[0] is not played:
            self._shown = played, state_of(played)
        return self._shown[1]

    # What corrections are about.

    def find(self, match_id: str) -> PlayedMatch:
        """Return a match.

        Raises:
            ConflictError: it cannot be changed any more.
        """
        if match_id not in self._matches:
            message = "this match can be changed no more: others ended after it, or it was imported (delete it and import it corrected)"
            raise ConflictError(message, match_id=match_id, status="finished")
        return self._matches[match_id]

    def of_correction(self, event: DartCorrected) -> PlayedMatch | None:
        """Return the match in which the corrected dart, or another one of its visit, was thrown; the one on the board comes first."""
        on_board = self._matches.get(self._on_board or "")
        if on_board is not None and has_dart(on_board.match, event):
            return on_board
        played = (each for each in reversed(self._matches.values()) if each.info.board_id is not None and has_dart(each.match, event))
        found = next(played, None)
        is_running_visit = event.operation == "insert" and event.visit is not None and not event.visit.completed
        return on_board if found is None and is_running_visit else found

    # Inputs.

    def _take(self, item: Any) -> list[JournalledEvent]:  # noqa: PLR0911 - one case for each kind of input
        match item:
            case CreateMatch():
                return self._create(item)
            case DeleteMatch():
                return self._delete(item)
            case _ if isinstance(item, ScoringCommand):
                return self._carry_out(item)
            case PlayerMerged():
                return self._rename(item.player_id, item.into_player_id)
            case PlayerErased():
                return self._rename(item.player_id, None)
            case _ if isinstance(item, _BOARD_EVENTS):
                return self._follow_board(item)
            case EntityAdded() | EntityUpdated():
                self._prefer(item)
        return []

    def _create(self, command: CreateMatch) -> list[JournalledEvent]:
        open_ids = [match_id for match_id, each in self._matches.items() if not each.is_ended]
        if len(open_ids) >= OPEN_MATCHES:
            message = f"{OPEN_MATCHES} matches are open: stop or delete one of them first, such as the oldest, {open_ids[0]}"
            raise ConflictError(message, limit=OPEN_MATCHES, match_id=open_ids[0])
        if command.match_id in self._matches:
            raise ConflictError("there is a match of this id", match_id=command.match_id)
        played = self._with_preferences(new_match(command, read_setup(command)))
        begun = self._begun(played, command.at) if command.start else played
        payload = msgspec.to_builtins(state_of(played))
        events: list[JournalledEvent] = [
            MatchCommanded(match_id=command.match_id, command=command),
            EntityAdded(entity_type="match", entity_id=command.match_id, payload=payload, user_id=command.user_id or ""),
            MatchStateChanged(match_id=command.match_id, status="scheduled", previous_status=None, reason="created"),
        ]
        return events + self._change(played, begun, "play", "start")

    def _carry_out(self, command: ScoringCommand) -> list[JournalledEvent]:
        before = self.find(command.match_id)
        after_match, cause = carry_out(before.match, command)
        after = before.with_match(after_match)
        reason = command.__struct_config__.tag.removeprefix("match_")  # type: ignore[union-attr]  # commands have tags of text
        if isinstance(command, StepMatch):
            reason = command.step
            if command.step == "start":
                after = self._begun(before, command.at)
        self.check_board_is_free(before, after)
        return [MatchCommanded(match_id=command.match_id, command=command), *self._change(before, after, cause, reason)]

    def _begun(self, played: PlayedMatch, at: str) -> PlayedMatch:
        begun = played.with_match(take_step(played.match, "start")).with_info(msgspec.structs.replace(played.info, started_at=at))
        self.check_board_is_free(played, begun)
        return begun

    def _delete(self, command: DeleteMatch) -> list[JournalledEvent]:
        before = self._matches.get(command.match_id)
        events: list[JournalledEvent] = [MatchCommanded(match_id=command.match_id, command=command)]
        if before is not None:
            if not before.is_ended:
                events += self._change(before, before.with_match(take_step(before.match, "stop")), "play", "deleted")
            elif before.match.status == "finished":
                events += given_up(before.info)
            self._matches.pop(command.match_id, None)
        return [*events, EntityDeleted(entity_type="match", entity_id=command.match_id, user_id=command.user_id or "")]

    def _follow_board(self, event: BoardEvent) -> list[JournalledEvent]:
        before = self.of_correction(event) if isinstance(event, DartCorrected) else self._matches.get(self._on_board or "")
        if before is None or (isinstance(event, _THROWN) and bot_on(before) is not None):  # the board is empty while a bot throws
            return []
        try:
            return self._after_board_event(before, event)
        except Exception as error:  # noqa: BLE001 - a fault of the rules must not stop the board
            self._fail(before, error)
            return []

    def _after_board_event(self, before: PlayedMatch, event: BoardEvent) -> list[JournalledEvent]:
        match = after_board_event(before.match, event)
        if match is before.match:
            return []
        after = before.with_match(match)
        if self._running_on_board(after) is not None:  # a dart fell out that had won a match before this one
            return []
        return self._change(before, after, cause_of(before.match, match, event), "play")

    def _rename(self, player_id: str, into: str | None) -> list[JournalledEvent]:
        self._preferences.pop(player_id, None)
        for match_id, played in self._matches.items():
            self._matches[match_id] = self._with_preferences(played.with_info(played.info.with_player(player_id, into)))
        return []

    def _prefer(self, event: EntityAdded | EntityUpdated) -> None:
        """Take over how a player likes to finish."""
        if event.entity_type != "player":
            return
        preferences = read_preferences(event.payload.get("preferences", {}))
        self._preferences.pop(event.entity_id, None)
        if preferences != NO_PREFERENCES:
            self._preferences[event.entity_id] = preferences
        self._matches = {match_id: self._with_preferences(played) for match_id, played in self._matches.items()}

    def _with_preferences(self, played: PlayedMatch) -> PlayedMatch:
        info = played.info.with_preferences(self._preferences)
        return played if info is played.info else played.with_info(info)

    # Changes.

    def _change(self, before: PlayedMatch, after: PlayedMatch, cause: Cause, reason: str) -> list[JournalledEvent]:
        """Take a match over as it is after a change; return the events of the change."""
        events: list[JournalledEvent] = [*events_of(before, after, cause, reason), *statistics_of(before, after, cause)]
        events += reports_of(before, after)
        self._matches[after.info.match_id] = after
        self._watch(after)
        if after.info.board_id is not None and after.match.status == "running":
            self._on_board = after.info.match_id
        ended = [match_id for match_id, each in self._matches.items() if each.is_ended and match_id != self._on_board]
        for match_id in ended[:-ENDED_MATCHES_KEPT]:
            del self._matches[match_id]
        return events

    def dart_at(self, match_id: str, *, set_number: int | None, leg: int | None, visit: int, dart: int) -> str | None:
        """Return the id of the dart of the board at a position, or of the last one before it; None if there is none."""
        played = self._matches.get(match_id)
        if played is None:
            return None
        try:
            visits = played.match.record.legs[find_leg(played.match, set_number, leg)].visits
        except RulesError:
            return None
        darts = visits[visit - 1].darts if 1 <= visit <= len(visits) else ()
        return next((each.dart_id for each in reversed(darts[:dart]) if each.dart_id is not None), None)

    def check_board_is_free(self, before: PlayedMatch, after: PlayedMatch) -> None:
        """Refuse a change that makes a match run while another one runs on its board.

        Raises:
            ConflictError: as said.
        """
        other = self._running_on_board(after)
        if other is not None and before.match.status != "running":
            message = "another match is running on this board: pause or stop it first"
            raise ConflictError(message, match_id=other, status=before.match.status)

    def _running_on_board(self, after: PlayedMatch) -> str | None:
        """Return another match that is running on the board of a match that is running."""
        if after.info.board_id is None or after.match.status != "running":
            return None
        for match_id, each in self._matches.items():
            if match_id != after.info.match_id and each.info.board_id == after.info.board_id and each.match.status == "running":
                return match_id
        return None

    # Matches that cannot be computed.

    def _fail(self, played: PlayedMatch, error: Exception) -> None:
        """Give a match up: the board is free again, and the match is in error."""
        match_id = played.info.match_id
        self._failures.add(played.info, error)
        del self._matches[match_id]
        if self._on_board == match_id:
            self._on_board = None

    # What happens by itself.

    def _watch(self, played: PlayedMatch) -> None:
        """Note whether the legs of a match are to be signed, and whether a bot is to throw."""
        match_id = played.info.match_id
        self._signatures.watch(match_id, self._now, waits=_awaits_signature(played))
        self._bots.watch(match_id, self._now, waits=waits_for_bot(played))

    def _act_by_itself(self) -> list[JournalledEvent]:
        """Sign the legs of matches that ended long enough ago, and throw the darts of bots."""
        events: list[JournalledEvent] = []
        for match_id in self._signatures.take_due(self._now):
            if match_id in self._matches:
                match = self._matches[match_id].match
                last = match.record.legs[match.counted - 1]
                events += self._carry_out(SignLeg(match_id=match_id, set=last.set_number, leg=last.leg_number, user_id=SELF))
        for match_id in self._bots.take_due(self._now):
            if match_id in self._matches:
                events += self._carry_out(throw_of_bot(self._matches[match_id]))
        return events

    def _encode(self, played: PlayedMatch) -> msgspec.Raw:
        known = self._encoded.get(played.info.match_id)
        if known is None or known[0] is not played:
            known = played, msgspec.Raw(msgspec.json.encode(played.stored()))
            self._encoded[played.info.match_id] = known
            for match_id in self._encoded.keys() - self._matches.keys():
                del self._encoded[match_id]
        return known[1]


def _awaits_signature(played: PlayedMatch) -> bool:
    """Return whether a match is finished and its last leg was neither signed nor opened again by an operator."""
    match = played.match
    if match.status != "finished" or not match.counted:
        return False
    last = match.record.legs[match.counted - 1]
    return not (last.signed or last.unsigned)


def _refusal(error: DartdError) -> CommandRefusedError:
    """Return the refusal of a command, with the path of what was wrong."""
    if isinstance(error, RulesError):
        error = located(error)
    return CommandRefusedError(error.message, code=error.code, **error.details)
