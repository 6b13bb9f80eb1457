"""Board ids in events, throws and visits; deciders' memories; who threw goes into the journal, so that a rebuild keeps it."""

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "r0005"
down_revision = "r0004"

_PLAYER_ON = "player_on"  # where revision 4 kept who is signed on
_FALLBACK_BOARD = "main"  # of a store without events
_CHUNK = 1000


def upgrade() -> None:
    """Change the tables, and move into the journal what was only in them."""
    connection = op.get_bind()
    for table in ("events", "throws", "visits"):
        op.add_column(table, sa.Column("board_id", sa.Text, nullable=False, server_default=""))
    _make_tables()
    board_id = _fill_board_ids(connection)
    for table in ("throws", "visits"):
        connection.execute(sa.text(f"UPDATE {table} SET board_id = :board_id"), {"board_id": board_id})  # noqa: S608 - our table names
        _write_players_into_events(connection, table)
    _write_sign_on(connection, board_id)


def _make_tables() -> None:
    op.create_table(
        "decider_memories",
        sa.Column("decider", sa.Text, primary_key=True),
        sa.Column("board_id", sa.Text, primary_key=True),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "projections",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("failure", sa.Text),
    )


def _fill_board_ids(connection: sa.Connection) -> str:
    """Write each event's board into its row, and return the board of the last one."""
    board_id = _FALLBACK_BOARD
    for rows in _chunks(connection, "SELECT seq, wire FROM events WHERE seq > :last ORDER BY seq LIMIT :limit"):
        boards = [{"seq": row.seq, "board_id": _board_of(row.wire) or board_id} for row in rows]
        connection.execute(sa.text("UPDATE events SET board_id = :board_id WHERE seq = :seq"), boards)
        board_id = boards[-1]["board_id"]
    return board_id


def _write_players_into_events(connection: sa.Connection, table: str) -> None:
    """Write who threw into the event that each row of a table was made of."""
    chosen = (
        f"SELECT events.seq, events.wire, {table}.player_id FROM {table} JOIN events ON events.seq = {table}.seq"  # noqa: S608
        f" WHERE {table}.player_id IS NOT NULL AND events.seq > :last ORDER BY events.seq LIMIT :limit"
    )
    for rows in _chunks(connection, chosen):
        changed = [{"seq": row.seq, "wire": _with_player(row.wire, row.player_id)} for row in rows]
        connection.execute(sa.text("UPDATE events SET wire = :wire WHERE seq = :seq"), changed)


def _write_sign_on(connection: sa.Connection, board_id: str) -> None:
    """Make an event of who is signed on."""
    player_id = connection.execute(sa.text("SELECT value FROM metadata WHERE key = :key"), {"key": _PLAYER_ON}).scalar()
    if player_id is None:
        return
    connection.execute(sa.text("DELETE FROM metadata WHERE key = :key"), {"key": _PLAYER_ON})
    last = connection.execute(sa.text("SELECT seq, at_s, wire FROM events ORDER BY seq DESC LIMIT 1")).first()
    if last is None:
        return
    seq, known = last.seq + 1, json.loads(last.wire)
    wire = {
        "event_type": "player_signed_on",
        "seq": seq,
        "event_id": f"{known['event_id'].rpartition('-')[0]}-{seq}",
        "board_id": board_id,
        "topic": f"board:{board_id}",
        "timestamp": known["timestamp"],
        "player_id": player_id,
        "previous_player_id": None,
        "user_id": None,
    }
    row = {"seq": seq, "at_s": last.at_s, "topic": wire["topic"], "type": wire["event_type"], "wire": _encoded(wire), "board": board_id}
    insert = "INSERT INTO events (seq, at_s, topic, event_type, wire, board_id) VALUES (:seq, :at_s, :topic, :type, :wire, :board)"
    connection.execute(sa.text(insert), row)


def _chunks(connection: sa.Connection, query: str) -> Iterator[list[Any]]:
    last = 0
    while rows := list(connection.execute(sa.text(query), {"last": last, "limit": _CHUNK})):
        last = rows[-1].seq
        yield rows


def _board_of(wire: bytes) -> str | None:
    try:
        board_id = json.loads(wire).get("board_id")
    except ValueError:
        return None
    return board_id if isinstance(board_id, str) else None


def _with_player(wire: bytes, player_id: str) -> bytes:
    try:
        event = json.loads(wire)
    except ValueError:
        return wire
    return _encoded({**event, "player_id": player_id})


def _encoded(event: dict[str, Any]) -> bytes:
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
