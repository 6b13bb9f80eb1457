"""The boards of the venue, and at which of them a fixture can be begun."""

import msgspec

from dartd.runtime.venue_boards import OFFLINE_S, REFUSED_S, HeardBoard, VenueBoards
from schemas.base import BoardId, CameraId, VisitId
from schemas.events import CameraSnapshot, Snapshot, VisitSnapshot
from schemas.venue import BoardReport
from tests.support.tournaments import make_fixture

_VISIT = VisitSnapshot(visit_id=VisitId("v"))
_OWN = Snapshot(board_id=BoardId("a"), last_seq=0, state="wait_for_throw", status="throw", darts=(), visit=_VISIT, cameras=())


class _Clock:
    now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def _heard(board_id: str, **snapshot: object) -> HeardBoard:
    """Return what is decoded of a report."""
    plain = msgspec.structs.replace(_OWN, board_id=BoardId(board_id))
    report = BoardReport(
        board_id=BoardId(board_id), stream_id="s", published_seq=0, name=board_id.upper(), version="1", simulated=False, snapshot=plain
    )
    fields = msgspec.to_builtins(report)
    return msgspec.json.decode(msgspec.json.encode({**fields, "snapshot": {**fields["snapshot"], **snapshot}}), type=HeardBoard)


def _states(venue: VenueBoards) -> dict[str, tuple[str, str | None]]:
    return {each.board_id: (each.state, each.reason) for each in venue.boards("a", "A", _OWN, ())}


def test_each_board_is_free_or_says_why_not() -> None:
    """By its last report; one without cameras is scored by hand."""
    venue = VenueBoards(_Clock())
    camera = msgspec.to_builtins(CameraSnapshot(camera_id=CameraId("c"), state="starting", fps=0.0))
    venue.hear(_heard("b"), 0.0)
    venue.hear(_heard("c", match={"match_id": "m1"}), 0.0)
    venue.hear(_heard("d", status="stopped"), 0.0)
    venue.hear(_heard("e", status="starting"), 0.0)
    venue.hear(_heard("f", status="starting", cameras=[camera]), 0.0)

    assert _states(venue) == {
        "a": ("free", None), "b": ("free", None), "c": ("busy", None), "d": ("unready", "stopped"), "e": ("free", None),
        "f": ("unready", "starting"),
    }  # fmt: skip


def test_board_that_is_not_heard_or_refused_gets_nothing() -> None:
    """Until it is heard again, and for half a minute."""
    clock = _Clock()
    venue = VenueBoards(clock)
    venue.hear(_heard("b"), 0.0)
    venue.hear(_heard("c"), OFFLINE_S)
    venue.refuse("b", "no")
    refused = _states(venue)
    clock.now_s += REFUSED_S
    free = _states(venue)["b"]
    clock.now_s += OFFLINE_S
    gone = _states(venue)["b"]
    venue.hear(_heard("b"), 0.0)

    assert (refused["b"], refused["c"], free, gone) == (("refused", "no"), ("offline", None), ("free", None), ("offline", None))
    assert (_states(venue)["b"], venue.is_known("b"), venue.is_known("x"), venue.is_online("x")) == (("free", None), True, False, False)
    assert venue.changes == 4


def test_boards_show_the_fixture_that_they_have() -> None:
    """This board comes first; what is played comes before what is called."""
    venue = VenueBoards(_Clock())
    venue.hear(_heard("b"), 0.0)
    venue.hear(_heard("a"), 0.0)  # its own report comes back
    fixtures = [
        make_fixture(0, 1, fixture_id="f2", status="playing", board_id="b"),
        make_fixture(2, 3, fixture_id="f1", status="called", board_id="b"),
    ]
    boards = venue.boards("a", "Ours", _OWN, fixtures)
    assert [(each.board_id, each.name, each.own, each.fixture_id) for each in boards] == [
        ("a", "Ours", True, None),
        ("b", "B", False, "f2"),
    ]
