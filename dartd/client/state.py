"""The board as a client knows it, and how each event changes that."""

from collections.abc import Mapping

import msgspec

from schemas.base import CameraId, DartId, Value, VisitId
from schemas.events import (
    BoardReset,
    BoardStateChanged,
    BoardStatus,
    CalibrationChanged,
    CameraSnapshot,
    CameraStateChanged,
    DartBounceOut,
    DartCorrected,
    DartHit,
    DartMoved,
    DartOnBoard,
    DartRemoved,
    DartUnscored,
    ExtraDart,
    Hello,
    JournalledEvent,
    LiveEvent,
    Snapshot,
    TakeoutFinished,
    ThrowMiss,
    ThrowState,
    VisitCompleted,
    VisitSnapshot,
    VisitThrow,
)

KEPT_VISITS = 6
AnyEvent = JournalledEvent | LiveEvent

_replace = msgspec.structs.replace


class BoardState(Value, frozen=True, kw_only=True):
    """The board as of event `last_seq`; `visits` are those that ended before this one, newest first."""

    hello: Hello | None = None
    last_seq: int = 0
    state: ThrowState = "wait_for_throw"
    status: BoardStatus = "starting"
    darts: tuple[DartOnBoard, ...] = ()
    visit: VisitSnapshot = VisitSnapshot(visit_id=VisitId(""))
    visits: tuple[VisitSnapshot, ...] = ()
    cameras: Mapping[CameraId, CameraSnapshot] = msgspec.field(default_factory=dict)


def reduce(state: BoardState, event: AnyEvent | None, seq: int | None) -> BoardState:
    """Give the state after an event; what is unknown changes nothing but the place in the stream."""
    after = _fold(state, event)
    return after if seq is None or seq <= after.last_seq else _replace(after, last_seq=seq)


def _fold(state: BoardState, event: AnyEvent | None) -> BoardState:  # noqa: PLR0911, PLR0912, C901  one line for each event that changes something
    match event:
        case Hello():
            return _replace(state, hello=event)
        case Snapshot():
            return _taken_over(state, event)
        case DartHit():
            return _landed(state, event)
        case DartUnscored():
            return _thrown(state, event.visit_id, VisitThrow(dart_number=event.dart_number, dart_id=event.dart_id, label="?", points=0))
        case ThrowMiss() if event.dart_number is not None:
            return _thrown(state, event.visit_id, VisitThrow(dart_number=event.dart_number, dart_id=None, label="MISS", points=0))
        case ExtraDart():
            dart = DartOnBoard(
                dart_id=event.dart_id,
                dart_number=len(state.darts) + 1,
                board_coordinates=event.board_coordinates,
                score=event.score,
                uncertainty_mm=event.uncertainty_mm,
            )
            return _replace(state, darts=(*state.darts, dart))
        case DartMoved():
            return _changed(state, event.dart_id, board_coordinates=event.new_position)
        case DartCorrected() if event.score is not None:
            return _changed(state, event.dart_id, score=event.score)
        case DartRemoved():
            return _replace(state, darts=tuple(dart for dart in state.darts if dart.dart_id not in event.removed_dart_ids))
        case DartBounceOut():
            return _replace(state, darts=tuple(dart for dart in state.darts if dart.dart_id != event.dart_id))
        case VisitCompleted():
            return _completed(state, VisitSnapshot(visit_id=event.visit_id, throws=event.throws, total=event.total, completed=True))
        case TakeoutFinished() if not event.count_remaining:
            return _replace(state, darts=())
        case BoardReset():
            return _replace(_begun(state, event.visit_id), darts=())
        case BoardStateChanged():
            return _replace(state, state=event.state, status=event.status)
        case CameraStateChanged():
            return _seen(state, event.camera_id, state=event.state, reason=event.reason)
        case CalibrationChanged():
            return _seen(state, event.camera_id, residual_px=event.residual_px, residual_mm=event.residual_mm)
        case _:
            return state


def _taken_over(state: BoardState, told: Snapshot) -> BoardState:
    return _replace(
        state,
        last_seq=told.last_seq,
        state=told.state,
        status=told.status,
        darts=told.darts,
        visit=told.visit,
        visits=tuple(visit for visit in state.visits if visit.visit_id != told.visit.visit_id),
        cameras={camera.camera_id: camera for camera in told.cameras},
    )


def _landed(state: BoardState, hit: DartHit) -> BoardState:
    dart = DartOnBoard(
        dart_id=hit.dart_id,
        dart_number=hit.dart_number,
        board_coordinates=hit.board_coordinates,
        score=hit.score,
        uncertainty_mm=hit.fusion.uncertainty_mm,
    )
    thrown = VisitThrow(dart_number=hit.dart_number, dart_id=hit.dart_id, label=hit.score.label, points=hit.score.total)
    others = tuple(each for each in state.darts if each.dart_id != hit.dart_id)
    return _replace(_thrown(state, hit.visit_id, thrown), darts=(*others, dart))


def _thrown(state: BoardState, visit_id: VisitId, thrown: VisitThrow) -> BoardState:
    state = state if state.visit.visit_id == visit_id else _begun(state, visit_id)
    others = [each for each in state.visit.throws if each.dart_number != thrown.dart_number]
    throws = tuple(sorted([*others, thrown], key=lambda each: each.dart_number))
    return _replace(state, visit=VisitSnapshot(visit_id=visit_id, throws=throws, total=sum(each.points for each in throws)))


def _begun(state: BoardState, visit_id: VisitId) -> BoardState:
    before = _kept(state, state.visit) if state.visit.throws else state
    return _replace(before, visit=VisitSnapshot(visit_id=visit_id))


def _completed(state: BoardState, visit: VisitSnapshot) -> BoardState:
    if state.visit.visit_id == visit.visit_id:
        return _replace(state, visit=visit)
    if any(each.visit_id == visit.visit_id for each in state.visits):
        return _replace(state, visits=tuple(visit if each.visit_id == visit.visit_id else each for each in state.visits))
    return _kept(state, visit)


def _kept(state: BoardState, visit: VisitSnapshot) -> BoardState:
    others = tuple(each for each in state.visits if each.visit_id != visit.visit_id)
    return _replace(state, visits=(visit, *others)[:KEPT_VISITS])


def _changed(state: BoardState, dart_id: DartId, **told: object) -> BoardState:
    return _replace(state, darts=tuple(_replace(dart, **told) if dart.dart_id == dart_id else dart for dart in state.darts))


def _seen(board: BoardState, camera_id: CameraId, **told: object) -> BoardState:
    known = board.cameras.get(camera_id, CameraSnapshot(camera_id=camera_id, state="starting"))
    return _replace(board, cameras={**board.cameras, camera_id: _replace(known, **told)})
