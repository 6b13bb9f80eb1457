"""The decider of corrections: it comes before the board and the matches, and passes on to them what is to be carried out."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, Literal

import msgspec

from dartd.board.visit import Visit
from dartd.decision import Input, Step
from dartd.errors import CommandRefusedError, ConflictError, DartdError, ForbiddenError
from dartd.game.beds import read_bed
from dartd.game.rules import RulesError
from dartd.play.correction_target import CorrectionTarget, Matches, check_label, is_opponent, target_of
from dartd.play.setup import located
from schemas.base import DartId, Value
from schemas.commands import AnyCommand
from schemas.correction import ChangeCorrection, CorrectionCommand, CorrectionState, DecideCorrection, OrderCorrection
from schemas.events import (
    EntityAdded,
    EntityStatusChanged,
    JournalledEvent,
    PlayerErased,
    PlayerMerged,
)

Confirm = Literal["none", "opponent", "marker"]

PENDING: Final = 1000  # corrections that wait for a decision at a time
ENTITY: Final = "correction"

_Outcome = tuple[list[JournalledEvent], AnyCommand | None]

_replace = msgspec.structs.replace


class _Memory(Value, frozen=True, kw_only=True):
    """What is stored."""

    pending: tuple[CorrectionState, ...] = ()


class CorrectionDecider:
    """Corrections that wait, and what becomes of each.

    `correctable` returns the visits that the board keeps and the id of its next dart; `confirm` says who must confirm a correction.
    """

    name = "correction"

    def __init__(self, matches: Matches, correctable: Callable[[], tuple[Sequence[Visit], DartId]], *, confirm: Confirm = "none") -> None:
        self._matches = matches
        self._correctable = correctable
        self._confirm = confirm
        self._pending: dict[str, CorrectionState] = {}

    # The port of a decider.

    def step(self, inputs: Sequence[Input], now: float) -> Step:  # noqa: ARG002 - a correction has no clock
        """Process the inputs in order; return events, commands for the board and the matches, and refused commands."""
        events: list[JournalledEvent] = []
        refusals: dict[int, CommandRefusedError] = {}
        replaced: dict[int, AnyCommand] = {}
        for index, item in enumerate(inputs):
            if isinstance(item, CorrectionCommand):
                try:
                    found, command = self._carry_out(item)
                except DartdError as error:
                    refusals[index] = _refusal(error)
                    continue
                events += found
                if command is not None:
                    replaced[index] = command
            elif isinstance(item, JournalledEvent):
                self._follow(item)
        return Step(events=tuple(events), refusals=refusals, replaced=replaced)

    def deadline(self) -> float | None:
        """Wait for nothing."""
        return None

    def memory(self, epoch_s: float) -> bytes:  # noqa: ARG002 - it has no times of the media clock
        """Return the corrections that wait."""
        return msgspec.json.encode(_Memory(pending=tuple(self._pending.values())))

    def restore(self, memory: bytes | None, events: Iterable[tuple[JournalledEvent, float]], *, now: float, epoch_s: float) -> None:  # noqa: ARG002 - the same
        """Take over a stored memory (None: a fresh one) and apply the events behind it.

        Raises:
            msgspec.DecodeError: the memory cannot be read; nothing was taken over.
        """
        stored = _Memory() if memory is None else msgspec.json.decode(memory, type=_Memory)
        self._pending = {each.correction_id: each for each in stored.pending}
        for event, _ in events:
            self._follow(event)

    def waiting(self, correction_id: str) -> CorrectionState | None:
        """Return a correction that waits for a decision."""
        return self._pending.get(correction_id)

    def _follow(self, event: JournalledEvent) -> None:
        """Apply an event to the corrections that wait."""
        match event:
            case EntityAdded() | EntityStatusChanged() if event.entity_type == ENTITY:
                self._pending.pop(event.entity_id, None)
                state = msgspec.convert(event.payload, CorrectionState)
                if state.status == "pending":
                    self._pending[state.correction_id] = state
            case PlayerMerged():
                self._rename(event.player_id, event.into_player_id)
            case PlayerErased():
                self._rename(event.player_id, None)
            case _:
                pass

    def _rename(self, player_id: str, into: str | None) -> None:
        for key, state in self._pending.items():
            if state.player_id == player_id:
                self._pending[key] = _replace(state, player_id=into)

    # Commands.

    def _carry_out(self, command: CorrectionCommand) -> _Outcome:
        match command:
            case OrderCorrection():
                return self._order(command)
            case ChangeCorrection():
                return self._change(command)
            case DecideCorrection():
                return self._decide(command)

    def _order(self, order: OrderCorrection) -> _Outcome:
        label = _label(order.type, order.label)
        target = self._target(_replace(order, label=label))
        state = _state(order, target, label)
        if self._confirm == "none":
            state = _replace(_applied(state, target), decided_by=order.user_id, decided_at=order.at)
        elif len(self._pending) >= PENDING:
            raise ConflictError(f"{PENDING} corrections wait to be confirmed: confirm or reject one of them first", limit=PENDING)
        event = EntityAdded(
            entity_type=ENTITY, entity_id=state.correction_id, payload=msgspec.to_builtins(state), user_id=order.user_id or ""
        )
        return self._published(event, target if state.status == "applied" else None)

    def _change(self, command: ChangeCorrection) -> _Outcome:
        state = self._find(command.correction_id)
        if command.user_id != state.requested_by and not command.is_marker:
            raise ForbiddenError("another user asked for this correction", permission="matches:write")
        if state.type == "delete":
            raise RulesError("$.label: a dart that is deleted has no bed")
        state = _replace(state, label=_label(state.type, command.label))
        event = EntityStatusChanged(
            entity_type=ENTITY, entity_id=state.correction_id, payload=msgspec.to_builtins(state), user_id=command.user_id or ""
        )
        return self._published(event, None)

    def _decide(self, command: DecideCorrection) -> _Outcome:
        state = self._find(command.correction_id)
        self._check_may_decide(command, state)
        target = None
        if command.decision == "confirm":
            target = self._target(_order_again(state, command))
            check_label(target.previous_label, state.previous_label)
            state = _applied(state, target)
        else:
            state = _replace(state, status="rejected" if command.decision == "reject" else "canceled")
        state = _replace(state, decided_by=command.user_id, decided_at=command.at, reason=command.reason)
        event = EntityStatusChanged(
            entity_type=ENTITY, entity_id=state.correction_id, payload=msgspec.to_builtins(state), user_id=command.user_id or ""
        )
        return self._published(event, target)

    def _published(self, event: EntityAdded | EntityStatusChanged, target: CorrectionTarget | None) -> _Outcome:
        self._follow(event)
        return [event, *(target.events if target is not None else ())], target.command if target is not None else None

    def _target(self, order: OrderCorrection) -> CorrectionTarget:
        visits, fresh_id = self._correctable()
        return target_of(order, visits, fresh_id, self._matches)

    def _find(self, correction_id: str) -> CorrectionState:
        state = self._pending.get(correction_id)
        if state is None:
            raise ConflictError("this correction is not pending any more", correction_id=correction_id)
        return state

    def _check_may_decide(self, command: DecideCorrection, state: CorrectionState) -> None:
        """Refuse a decision of someone who must not make it: who asked may cancel, the opponent or the marker may confirm or reject.

        Raises:
            ForbiddenError: as said.
        """
        is_own = command.user_id == state.requested_by
        if command.decision == "cancel":
            allowed = is_own or command.is_marker
        elif self._confirm == "marker":
            allowed = command.is_marker
        else:  # also what waits since another configuration
            allowed = (command.is_marker and not is_own) or self._is_opponent(state, command.player_id)
        if not allowed:
            other = "who keeps the score" if self._confirm == "marker" else "the opponent"
            whom = "who asked for it" if command.decision == "cancel" else other
            raise ForbiddenError(f"only {whom} may {command.decision} this correction", permission="matches:write")

    def _is_opponent(self, state: CorrectionState, player_id: str | None) -> bool:
        if state.match_id is None or player_id is None or player_id == state.player_id:
            return False
        played = self._matches.find(state.match_id)
        side = next(
            (number for number, each in enumerate(played.info.sides) if any(p.player_id == state.player_id for p in each.players)), None
        )
        return is_opponent(side, played, player_id)


def _label(kind: str, label: str | None) -> str | None:
    """Return the label of a correction, None for a deletion.

    Raises:
        RulesError: it names no bed.
    """
    if kind == "delete":
        return None
    if label is None:
        raise RulesError(f"$.label: {kind} needs a bed such as T20, D16, S5, 25, BULL or MISS")
    try:
        read_bed(label)
    except ValueError as error:
        raise RulesError(f"$.label: {error}") from error
    return label


def _state(order: OrderCorrection, target: CorrectionTarget, label: str | None) -> CorrectionState:
    position, on_board = target.position, target.corrected
    dart_id = None
    if on_board is not None and order.type != "insert" and isinstance(target.command, msgspec.Struct):
        dart_id = getattr(target.command, "dart_id", None)
    elif on_board is not None and order.type != "insert":
        dart_id = on_board.dart_id
    return CorrectionState(
        correction_id=order.correction_id,
        type=order.type,
        status="pending",
        match_id=None if position is None else position.match_id,
        dart_id=dart_id,
        visit_id=None if on_board is None else on_board.visit_id,
        dart_number=None if on_board is None else on_board.dart_number,
        set=None if position is None else position.set,
        leg=None if position is None else position.leg,
        visit=None if position is None else position.visit,
        dart=None if position is None else position.dart,
        label=label if on_board is None else on_board.new_label,
        previous_label=target.previous_label,
        player_id=target.player_id,
        requested_by=order.user_id or "",
        created_at=order.at,
    )


def _applied(state: CorrectionState, target: CorrectionTarget) -> CorrectionState:
    """Return a correction as it is carried out: an inserted dart, and a miss that becomes one, has an id from now on."""
    corrected = target.corrected
    dart_id = corrected.dart_id if corrected is not None and corrected.operation != "delete" else state.dart_id
    return _replace(state, status="applied", dart_id=dart_id)


def _order_again(state: CorrectionState, command: DecideCorrection) -> OrderCorrection:
    """Return the order that a correction which waits stands for."""
    on_board = state.visit_id is not None
    position: dict[str, Any] = {} if on_board else {name: getattr(state, name) for name in ("match_id", "set", "leg", "visit", "dart")}
    return OrderCorrection(
        correction_id=state.correction_id,
        type=state.type,
        label=state.label,
        dart_id=state.dart_id,
        visit_id=state.visit_id,  # type: ignore[arg-type]  # of the board
        dart_number=state.dart_number,
        stored=command.stored,
        at=command.at,
        user_id=state.requested_by,
        **position,
    )


def _refusal(error: DartdError) -> CommandRefusedError:
    """Return the refusal of a command, with the path of what was wrong."""
    if isinstance(error, CommandRefusedError):
        return error
    if isinstance(error, RulesError):
        error = located(error)
    return CommandRefusedError(error.message, code=error.code, **error.details)
