"""The board as it is shown."""

from dartd.board.core import Board
from dartd.board.throws import ThrowTimes
from dartd.play.board_with_match import BoardWithMatch
from schemas.base import CameraId
from schemas.board import BoardSpec
from tests.support.play import BOARD, Table, create


def test_the_snapshot_has_the_match() -> None:
    """While one runs; everything else is the board's."""
    table, board = Table(), Board(BOARD, [CameraId("cam0")], BoardSpec(), ThrowTimes())
    shown = BoardWithMatch(board, table.decider)
    assert shown.snapshot() == board.snapshot()
    table.give(create())
    match = shown.snapshot().match

    assert match is not None
    assert match.match_id == "m1"
    assert (shown.name, shown.memory(0.0)) == (board.name, board.memory(0.0))
