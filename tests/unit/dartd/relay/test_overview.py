"""The overview of a venue."""

import msgspec

from dartd.relay.overview import board_of, trouble_of, venue_of
from schemas.base import CameraId
from schemas.events import CameraSnapshot
from schemas.match import MatchPlayer, MatchSide, MatchState, MatchTurn
from schemas.venue import VenueAlert, VenueBoard
from tests.support.board_reports import REPORT

_MATCH = MatchState(
    match_id="m",
    status="running",
    board_id="b1",
    rules={"game": "x01"},
    format={},
    sides=(
        MatchSide(side=0, name=None, players=(MatchPlayer(name="Ann"),), score={"remaining": 301}),
        MatchSide(side=1, name="Bob", players=(), score={}),
    ),
    turn=MatchTurn(side=1, player_id=None, set=1, leg=1, round=1),
    created_at="",
)


def _board(name: str, *, online: bool = True, playing: bool = False) -> VenueBoard:
    snapshot = msgspec.structs.replace(REPORT.snapshot, match=_MATCH if playing else None)
    report = msgspec.structs.replace(REPORT, board_id=name, snapshot=snapshot)
    return board_of(report, online=online, seen_s=0.0, last_seq=1)


def test_trouble_comes_first() -> None:
    """Then boards that play, then the others."""
    venue = venue_of("main", [_board("a"), _board("b", playing=True), _board("c", online=False)])

    assert [board.board_id for board in venue.boards] == ["c", "b", "a"]
    assert (venue.online, venue.in_trouble, venue.playing) == (2, 1, 1)


def test_a_match_shows_who_throws_and_what_remains() -> None:
    """Names of sides, or of their players; a game without a rest has none."""
    first, second = _board("a", playing=True).sides

    assert (first.name, first.remaining, first.is_throwing) == ("Ann", 301, False)
    assert (second.name, second.remaining, second.is_throwing) == ("Bob", None, True)


def test_trouble_is_named() -> None:
    """Alerts, cameras and errors, the worst first; what is only information is none."""
    camera = CameraSnapshot(camera_id=CameraId("cam0"), state="offline", reason="unplugged")
    snapshot = msgspec.structs.replace(REPORT.snapshot, status="error", cameras=(camera,))
    severities = (("warning", "slow"), ("critical", "full"), ("info", "hello"))
    found = tuple(VenueAlert(alert_type="t", severity=severity, message=text) for severity, text in severities)  # type: ignore[arg-type]
    report = msgspec.structs.replace(REPORT, snapshot=snapshot, alerts=found)

    assert trouble_of(report, online=True) == ("the board is in error", "full", "camera cam0 is offline: unplugged", "slow")
    assert trouble_of(report, online=False) == ("the board is not heard",)
    assert trouble_of(REPORT, online=True) == ()
