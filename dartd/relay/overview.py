"""The overview of a venue: its boards as people see them, trouble first; pure."""

from collections.abc import Iterable
from typing import Any

from dartd.store.timestamps import timestamp_of
from schemas.events import Snapshot
from schemas.match import MatchSide, MatchState
from schemas.venue import BoardReport, Venue, VenueBoard, VenueSide

_GOOD_CAMERA = frozenset({"ready", "calibrating", "starting"})


def board_of(report: BoardReport, *, online: bool, seen_s: float, last_seq: int) -> VenueBoard:
    """Return a board of the overview; `seen_s` is wall time."""
    snapshot = report.snapshot
    match = snapshot.match
    return VenueBoard(
        board_id=report.board_id,
        name=report.name,
        online=online,
        seen_at=timestamp_of(seen_s),
        status=snapshot.status if online else "offline",
        state=snapshot.state,
        last_seq=last_seq,
        version=report.version,
        simulated=report.simulated,
        trouble=trouble_of(report, online=online),
        game=None if match is None else str(match.rules.get("game")),
        sides=() if match is None else tuple(_side(match, side) for side in match.sides),
        visit=tuple(throw.label for throw in snapshot.visit.throws),
        visit_total=snapshot.visit.total,
    )


def venue_of(name: str, boards: Iterable[VenueBoard]) -> Venue:
    """Return the overview: boards with trouble first, then those that play, then by id."""
    listed = sorted(boards, key=lambda board: (not board.trouble, board.game is None, board.board_id))
    return Venue(
        venue=name,
        boards=tuple(listed),
        online=sum(board.online for board in listed),
        in_trouble=sum(bool(board.trouble) for board in listed),
        playing=sum(board.online and board.game is not None for board in listed),
    )


def trouble_of(report: BoardReport, *, online: bool) -> tuple[str, ...]:
    """Return what is wrong with a board, the worst first."""
    if not online:
        return ("the board is not heard",)
    snapshot = report.snapshot
    found = [alert.message for alert in report.alerts if alert.severity in {"critical", "high"}]
    if snapshot.status == "error":
        found.insert(0, "the board is in error")
    found += [text for text in _cameras(snapshot) if text not in found]
    found += [alert.message for alert in report.alerts if alert.severity == "warning"]
    return tuple(found)


def _cameras(snapshot: Snapshot) -> list[str]:
    return [
        f"camera {camera.camera_id} is {camera.state}{f': {camera.reason}' if camera.reason else ''}"
        for camera in snapshot.cameras
        if camera.state not in _GOOD_CAMERA
    ]


def _side(match: MatchState, side: MatchSide) -> VenueSide:
    names = [player.name for player in side.players if player.name]
    remaining: Any = side.score.get("remaining")
    return VenueSide(
        name=side.name or (" & ".join(names) if names else f"{side.side + 1}"),
        sets=side.sets,
        legs=side.legs,
        remaining=remaining if isinstance(remaining, int) else None,
        average=side.average,
        is_throwing=match.turn is not None and match.turn.side == side.side,
    )
