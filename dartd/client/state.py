"""The state of the board on the client, and how each event changes it."""

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


class ClientState(Value, frozen=True, kw_only=True):
    """The board as of event `last_seq`; `visits` are the completed ones before this visit, newest first."""

    hello: Hello | None = None
    last_seq: int = 0
    state: ThrowState = "wait_for_throw"
    status: BoardStatus = "starting"
    darts: tuple[DartOnBoard, ...] = ()
    visit: VisitSnapshot = VisitSnapshot(visit_id=VisitId(""))
    visits: tuple[VisitSnapshot, ...] = ()
    cameras: Mapping[CameraId, CameraSnapshot] = msgspec.field(default_factory=dict)


def reduce(state: ClientState, event: AnyEvent | None, seq: int | None) -> ClientState:
    """Return the state after an event; unknown events change only `last_seq`."""
    after = _fold(state, event)
    return after if seq is None or seq <= after.last_seq else _replace(after, last_seq=seq)


def _fold(state: ClientState, event: AnyEvent | None) -> ClientState:  # noqa: PLR0911, PLR0912, C901  one case for each event
    match event:
        case Hello():
            return _replace(state, hello=event)
        case Snapshot():
            return _from_snapshot(state, event)
        case DartHit():
            return _with_hit(state, event)
        case DartUnscored():
            return _with_throw(state, event.visit_id, VisitThrow(dart_number=event.dart_number, dart_id=event.dart_id, label="?", points=0))
        case ThrowMiss() if event.dart_number is not None:
            return _with_throw(state, event.visit_id, VisitThrow(dart_number=event.dart_number, dart_id=None, label="MISS", points=0))
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
            return _with_dart(state, event.dart_id, board_coordinates=event.new_position)
        case DartCorrected() if event.score is not None:
            return _with_dart(state, event.dart_id, score=event.score)
        case DartRemoved():
            return _replace(state, darts=tuple(dart for dart in state.darts if dart.dart_id not in event.removed_dart_ids))
        case DartBounceOut():
            return _replace(state, darts=tuple(dart for dart in state.darts if dart.dart_id != event.dart_id))
        case VisitCompleted():
            completed = VisitSnapshot(visit_id=event.visit_id, throws=event.throws, total=event.total, completed=True)
            return _with_completed_visit(state, completed)
        case TakeoutFinished() if not event.count_remaining:
            return _replace(state, darts=())
        case BoardReset():
            return _replace(_with_new_visit(state, event.visit_id), darts=())
        case BoardStateChanged():
            return _replace(state, state=event.state, status=event.status)
        case CameraStateChanged():
            return _with_camera(state, event.camera_id, state=event.state, reason=event.reason)
        case CalibrationChanged():
            return _with_camera(state, event.camera_id, residual_px=event.residual_px, residual_mm=event.residual_mm)
        case _:
            return state


def _from_snapshot(state: ClientState, snapshot: Snapshot) -> ClientState:
    return _replace(
        state,
        last_seq=snapshot.last_seq,
        state=snapshot.state,
        status=snapshot.status,
        darts=snapshot.darts,
        visit=snapshot.visit,
        visits=tuple(visit for visit in state.visits if visit.visit_id != snapshot.visit.visit_id),
        cameras={camera.camera_id: camera for camera in snapshot.cameras},
    )


def _with_hit(state: ClientState, hit: DartHit) -> ClientState:
    dart = DartOnBoard(
        dart_id=hit.dart_id,
        dart_number=hit.dart_number,
        board_coordinates=hit.board_coordinates,
        score=hit.score,
        uncertainty_mm=hit.fusion.uncertainty_mm,
    )
    thrown = VisitThrow(dart_number=hit.dart_number, dart_id=hit.dart_id, label=hit.score.label, points=hit.score.total)
    others = tuple(each for each in state.darts if each.dart_id != hit.dart_id)
    return _replace(_with_throw(state, hit.visit_id, thrown), darts=(*others, dart))


def _with_throw(state: ClientState, visit_id: VisitId, thrown: VisitThrow) -> ClientState:
    state = state if state.visit.visit_id == visit_id else _with_new_visit(state, visit_id)
    others = [each for each in state.visit.throws if each.dart_number != thrown.dart_number]
    throws = tuple(sorted([*others, thrown], key=lambda each: each.dart_number))
    return _replace(state, visit=VisitSnapshot(visit_id=visit_id, throws=throws, total=sum(each.points for each in throws)))


def _with_new_visit(state: ClientState, visit_id: VisitId) -> ClientState:
    before = _with_past_visit(state, state.visit) if state.visit.throws else state
    return _replace(before, visit=VisitSnapshot(visit_id=visit_id))


def _with_completed_visit(state: ClientState, visit: VisitSnapshot) -> ClientState:
    if state.visit.visit_id == visit.visit_id:
        return _replace(state, visit=visit)
    if any(each.visit_id == visit.visit_id for each in state.visits):
        return _replace(state, visits=tuple(visit if each.visit_id == visit.visit_id else each for each in state.visits))
    return _with_past_visit(state, visit)


def _with_past_visit(state: ClientState, visit: VisitSnapshot) -> ClientState:
    others = tuple(each for each in state.visits if each.visit_id != visit.visit_id)
    return _replace(state, visits=(visit, *others)[:KEPT_VISITS])


def _with_dart(state: ClientState, dart_id: DartId, **changes: object) -> ClientState:
    return _replace(state, darts=tuple(_replace(dart, **changes) if dart.dart_id == dart_id else dart for dart in state.darts))


def _with_camera(board: ClientState, camera_id: CameraId, **changes: object) -> ClientState:
    known = board.cameras.get(camera_id, CameraSnapshot(camera_id=camera_id, state="starting"))
    return _replace(board, cameras={**board.cameras, camera_id: _replace(known, **changes)})
