"""The subjects of a venue, and the position of a board that each message carries.

`dartd.VENUE.BOARD.EVENT_TYPE` has the events of a board, `dartd.VENUE.BOARD.EVENT_TYPE.PLAYER` those that are erased with a player, and
`dartd.VENUE.BOARD.board_report` its last report, which replaces the one before; all are in the stream. `dartd-commands.VENUE.BOARD` has
commands, which are in no stream: a command that comes late is worse than none.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

ALL: Final = "dartd.>"  # what the stream has
REPORT: Final = "board_report"
MESSAGE_ID: Final = "Nats-Msg-Id"
POSITION: Final = "Dartd-Position"  # of reports: the id of the last event before them


class JournalPosition(NamedTuple):
    """An event of a board: its stream and its seq."""

    stream_id: str
    seq: int


class BoardAddress(NamedTuple):
    """The board and the kind of a message: its event type, or `board_report`."""

    board_id: str
    kind: str


def event_subject(venue: str, board_id: str, event_type: str, player_id: str | None = None) -> str:
    """Return the subject of an event; `player_id`: of an event that is erased with this player."""
    return f"dartd.{venue}.{board_id}.{event_type}" + ("" if player_id is None else f".{player_id}")


def player_subject(venue: str, board_id: str, player_id: str) -> str:
    """Return the subject of all events of a board that are erased with a player."""
    return event_subject(venue, board_id, "*", player_id)


def board_subject(venue: str, board_id: str) -> str:
    """Return the subject of everything that a board publishes."""
    return f"dartd.{venue}.{board_id}.>"


def venue_subject(venue: str) -> str:
    """Return the subject of everything that the boards of a venue publish."""
    return f"dartd.{venue}.>"


def report_subject(venue: str, board_id: str) -> str:
    """Return the subject of the reports of a board; `*` for those of all."""
    return f"dartd.{venue}.{board_id}.{REPORT}"


def command_subject(venue: str, board_id: str) -> str:
    """Return the subject of commands to a board."""
    return f"dartd-commands.{venue}.{board_id}"


def address_of(subject: str) -> BoardAddress | None:
    """Return board and kind of a message, None if the subject is of something else."""
    parts = subject.split(".")
    return BoardAddress(parts[2], parts[3]) if len(parts) in {4, 5} and parts[0] == "dartd" else None


def position_of(headers: Mapping[str, str] | None) -> JournalPosition | None:
    """Return the position in the headers of an event or a report, None if there is none."""
    named = (headers or {}).get(MESSAGE_ID) or (headers or {}).get(POSITION) or ""
    stream_id, _, seq = named.rpartition("-")
    return JournalPosition(stream_id, int(seq)) if stream_id and seq.isdecimal() else None
