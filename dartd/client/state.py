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
    PlayerSignedOn,
    Snapshot,
    TakeoutFinished,
    ThrowMiss,
    ThrowState,
    VisitCompleted,
    VisitSnapshot,
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
    player_id: str | None = None
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
        case DartHit() | ExtraDart():
            return _with_dart_added(_with_visit(state, event), event)
        case DartUnscored() | ThrowMiss():
            return _with_visit(state, event)
        case DartMoved():
            return _with_dart(state, event.dart_id, board_coordinates=event.new_position)
        case DartCorrected():
            return _with_correction(_with_visit(state, event), event)
        case DartRemoved():
            return _without_darts(state, event.removed_dart_ids)
        case DartBounceOut():
            return _without_darts(_with_visit(state, event), (event.dart_id,))
        case VisitCompleted():
            return _with_completed_visit(state, event)
        case TakeoutFinished() | BoardReset():
            return _replace(_with_visit(state, event), darts=())
        case PlayerSignedOn():
            return _replace(_with_visit(state, event), player_id=event.player_id)
        case BoardStateChanged():
            return _replace(state, state=event.state, status=event.status)
        case CameraStateChanged():
            return _with_camera(state, event.camera_id, state=event.state, reason=event.reason)
        case CalibrationChanged():
            calibrated_at = event.calibrated_at
            return _with_camera(
                state, event.camera_id, residual_px=event.residual_px, residual_mm=event.residual_mm, calibrated_at=calibrated_at
            )
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
        player_id=snapshot.player_id,
        visits=tuple(visit for visit in state.visits if visit.visit_id != snapshot.visit.visit_id),
        cameras={camera.camera_id: camera for camera in snapshot.cameras},
    )


_SHOW_THEIR_VISIT = (DartHit, DartUnscored, ThrowMiss, TakeoutFinished, BoardReset, PlayerSignedOn)


def _with_visit(state: ClientState, event: AnyEvent) -> ClientState:
    """Return the state with the visit that an event carries, as it stands: shown when the event is of play, else where it is known."""
    visit: VisitSnapshot | None = getattr(event, "visit", None)
    if visit is None:
        return state
    if visit.visit_id == state.visit.visit_id:
        return _replace(state, visit=visit)
    if not isinstance(event, _SHOW_THEIR_VISIT):
        return _replace(state, visits=tuple(visit if each.visit_id == visit.visit_id else each for each in state.visits))
    before = _with_past_visit(state, state.visit) if state.visit.throws else state
    return _replace(before, visit=visit, visits=tuple(each for each in before.visits if each.visit_id != visit.visit_id))


def _with_dart_added(state: ClientState, event: DartHit | ExtraDart) -> ClientState:
    dart = DartOnBoard(
        dart_id=event.dart_id,
        dart_number=event.dart_number if isinstance(event, DartHit) else 0,
        board_coordinates=event.board_coordinates,
        score=event.score,
        uncertainty_mm=event.fusion.uncertainty_mm if isinstance(event, DartHit) else event.uncertainty_mm,
    )
    others = tuple(each for each in state.darts if each.dart_id != event.dart_id)
    return _replace(state, darts=(*others, dart))


def _without_darts(state: ClientState, gone: tuple[DartId, ...]) -> ClientState:
    return _replace(state, darts=tuple(dart for dart in state.darts if dart.dart_id not in gone))


def _with_correction(state: ClientState, event: DartCorrected) -> ClientState:
    if event.operation == "delete":
        return _with_dart(state, event.dart_id, dart_number=0)
    return state if event.score is None else _with_dart(state, event.dart_id, score=event.score)


def _with_completed_visit(state: ClientState, event: VisitCompleted) -> ClientState:
    visit = VisitSnapshot(visit_id=event.visit_id, throws=event.throws, total=event.total, completed=True, player_id=event.player_id)
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
