"""Which boards a viewer wants: named in its topics or in the path, each with the position that it resumes from."""

import re
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from dartd.relay.boards import Boards, RelayedBoard
from dartd.runtime.hub.topics import TopicError
from dartd.web.streams.session_start import parse_since
from schemas.events import ErrorMessage

MAX_BOARDS_OF_VIEWER: Final = 64
_KIND: Final = "board:"


class Resumption(NamedTuple):
    """Where a viewer resumes a board: the last seq that it has, and the stream of it if it says so."""

    since: int | None = None
    stream_id: str | None = None


def chosen_boards(boards: Boards, topics: Iterable[str], named: str | None = None) -> list[RelayedBoard]:
    """Return the boards of a viewer: the one that its path names, else those that its topics name, `board:b1` or `board:*`.

    Raises:
        TopicError: there is no such board, or there are too many.
    """
    if named is not None:
        board = boards.get(named)
        if board is None:
            raise TopicError(f"there is no board {named[:64]!r} in this venue", board_id=named[:64])
        return [board]
    found: dict[str, RelayedBoard] = {}
    for topic in topics:
        if not topic.startswith(_KIND) and topic != "*":
            continue
        pattern = topic.removeprefix(_KIND)
        if "*" in pattern:
            shape = re.compile(re.escape(pattern).replace(r"\*", ".*"))
            found |= {board.board_id: board for board in boards.all() if shape.fullmatch(board.board_id)}
        elif (board := boards.get(pattern)) is not None:
            found[board.board_id] = board
        else:
            raise TopicError(f"there is no board {pattern[:64]!r} in this venue", board_id=pattern[:64])
    if len(found) > MAX_BOARDS_OF_VIEWER:
        raise TopicError(
            f"{len(found)} boards are too many for one connection: name at most {MAX_BOARDS_OF_VIEWER}", limit=MAX_BOARDS_OF_VIEWER
        )
    return list(found.values())


def resumptions(query: Mapping[str, str], boards: Iterable[RelayedBoard], errors: list[ErrorMessage]) -> dict[str, Resumption]:
    """Return where each board is resumed: `since=b1:120,b2:7`, or `since=120` where there is one board; `stream_id` likewise."""
    listed = [str(board.board_id) for board in boards]
    since, streams = _by_board(query.get("since"), listed), _by_board(query.get("stream_id"), listed)
    return {each: Resumption(parse_since(since.get(each), errors), streams.get(each)) for each in listed}


def _by_board(text: str | None, listed: list[str]) -> dict[str, str]:
    if text is None:
        return {}
    if ":" not in text:
        return {listed[0]: text} if len(listed) == 1 else {}
    return {board_id: value for board_id, _, value in (part.partition(":") for part in text.split(","))}
