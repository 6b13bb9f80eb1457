"""The boards of a relay."""

from dartd.relay.boards import Boards, RelayedBoard
from dartd.relay.history import StreamHistory
from dartd.runtime.venue_boards import OFFLINE_S
from dartd.web.connections.clients import Clients
from tests.support.board_reports import event_message, report_message


class Clock:
    """A clock that is set."""

    now_s = 1000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now_s


def _boards(clock: Clock) -> Boards:
    return Boards(StreamHistory("DARTD", "main"), Clients(10), 16, clock)


async def test_events_are_published_once_and_in_order() -> None:
    """What comes twice changes nothing, and a hole of the journal is no error."""
    boards = _boards(Clock())
    boards.apply(*report_message(seq=2))
    board = boards.get("b1")
    assert isinstance(board, RelayedBoard)
    with board.hub.subscribe() as subscription:
        for seq in (2, 3, 3, 4):
            boards.apply(*event_message(seq))
        first = [payload.count(b'"seq":') for payload in await subscription.take()]
        boards.apply(*event_message(9))
        assert len(await subscription.take()) == 1

    assert first == [1, 1]
    assert (boards.events, boards.holes, board.hub.last_seq) == (3, 1, 9)


async def test_another_journal_begins_anew() -> None:
    """The viewers of the board must notice, and no others."""
    boards, ended = _boards(Clock()), list[str]()
    boards.apply(*report_message())
    boards.apply(*report_message("b2"))
    first = boards.get("b1")
    assert first is not None
    first.on_end[lambda: ended.append("b1")] = None
    boards.apply(*event_message(1, stream_id="other"))
    first.end()

    assert ended == ["b1"]
    assert boards.get("b1") is None  # until it has reported
    assert [board.board_id for board in boards.all()] == ["b2"]


async def test_a_board_that_is_not_heard_is_offline() -> None:
    """Messages that are old when they come do not count as now."""
    clock = Clock()
    boards = _boards(clock)
    boards.apply(*report_message())
    boards.apply(*report_message("old"), age_s=OFFLINE_S)
    before = [boards.is_online(board) for board in boards.all()]
    clock.now_s += OFFLINE_S
    boards.apply("else.where", None, b"")
    boards.known("b1", 7, "s")

    assert before == [True, False]
    assert [boards.is_online(board) for board in boards.all()] == [False, False]
    assert boards.all()[0].hub.last_seq == 7
