"""Which boards a viewer wants."""

import pytest

from dartd.relay.boards import Boards
from dartd.relay.choice import MAX_BOARDS_OF_VIEWER, Resumption, chosen_boards, resumptions
from dartd.relay.history import StreamHistory
from dartd.runtime.hub.topics import TopicError
from dartd.web.connections.clients import Clients
from schemas.events import ErrorMessage
from tests.support.board_reports import report_message


def _venue(*names: str) -> Boards:
    boards = Boards(StreamHistory("DARTD", "main"), Clients(10), 16, lambda: 0.0)
    for name in names:
        boards.apply(*report_message(name))
    return boards


async def test_topics_or_the_path_name_boards() -> None:
    """One, some by a pattern, or all; other topics name none."""
    boards = _venue("a1", "a2", "b1")

    assert [board.board_id for board in chosen_boards(boards, ["board:b1", "match:*"])] == ["b1"]
    assert [board.board_id for board in chosen_boards(boards, ["board:a*"])] == ["a1", "a2"]
    assert len(chosen_boards(boards, ["*"])) == 3
    assert [board.board_id for board in chosen_boards(boards, ["board:*"], "a2")] == ["a2"]


async def test_too_many_boards_and_unknown_ones_are_refused() -> None:
    """The message says so."""
    boards = _venue(*(f"b{k}" for k in range(MAX_BOARDS_OF_VIEWER + 1)))

    for topics, named in ((["board:*"], None), (["board:zz"], None), ([], "zz")):
        with pytest.raises(TopicError):
            chosen_boards(boards, topics, named)


async def test_each_board_has_its_position() -> None:
    """A plain number is of the only board; what is no number is an error."""
    boards, errors = _venue("a", "b"), list[ErrorMessage]()
    both, one = boards.all(), boards.all()[:1]

    assert resumptions({"since": "a:5,b:7", "stream_id": "b:x"}, both, errors) == {"a": Resumption(5), "b": Resumption(7, "x")}
    assert resumptions({"since": "5", "stream_id": "s"}, one, errors) == {"a": Resumption(5, "s")}
    assert resumptions({"since": "5"}, both, errors) == {"a": Resumption(), "b": Resumption()}
    assert errors == []
    assert resumptions({"since": "a:x"}, one, errors) == {"a": Resumption()}
    assert len(errors) == 1
