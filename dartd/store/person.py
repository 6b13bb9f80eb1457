"""Merging two players, and erasing a person: what is stored of a player outside the projections, which follow the events of both."""

import msgspec
import sqlalchemy as sa

from dartd.store.comments import move_comments
from dartd.store.players import PLAYERS, Row
from dartd.store.tables import events, idempotency, photos, players, users
from schemas.codec import encode_json
from schemas.events import PlayerMerged

_MERGED = str(PlayerMerged.__struct_config__.tag)
_NOTHING = b"{}"


def merge_players(connection: sa.Connection, player_id: str, into: str, *, at_s: float) -> Row:
    """Remove a player and return the row of the other one, who gets the accounts, and the photo unless there is one.

    Both must exist. The badge of the removed player is free.
    """
    merged, survivor = PLAYERS.get(connection, player_id), PLAYERS.get(connection, into)
    changes: dict[str, object] = {"version": survivor.version + 1, "updated_at_s": at_s}
    if survivor.photo is None and merged.photo is not None:
        connection.execute(sa.update(photos).where(photos.c.player_id == player_id).values(player_id=into))
        changes["photo"] = merged.photo
    connection.execute(sa.update(players).where(players.c.player_id == into).values(**changes))
    _remove(connection, player_id, into)
    return PLAYERS.get(connection, into)


def erase_player(connection: sa.Connection, player_id: str) -> bool:
    """Remove all that is stored of a person, also of one who was deleted before; return False if there is no such player.

    Payloads of entity events in the journal, and answers stored for repeated requests, become empty: also those of players who were
    merged into this one.
    """
    if connection.execute(sa.select(players.c.player_id).where(players.c.player_id == player_id)).first() is None:
        return False
    _remove(connection, player_id, None)
    for name in _empty_payloads(connection, player_id):
        _empty_answers(connection, name)
    return True


def _remove(connection: sa.Connection, player_id: str, into: str | None) -> None:
    connection.execute(sa.delete(photos).where(photos.c.player_id == player_id))
    connection.execute(sa.update(users).where(users.c.player_id == player_id).values(player_id=into, version=users.c.version + 1))
    connection.execute(sa.delete(players).where(players.c.player_id == player_id))
    move_comments(connection, player_id, into)


def _empty_payloads(connection: sa.Connection, player_id: str, before_seq: int | None = None) -> list[str]:
    """Empty the payloads of a player's events, and return the ids of all players who were this person."""
    earlier = [] if before_seq is None else [events.c.seq < before_seq]
    own = sa.select(events.c.seq, events.c.wire).where(
        events.c.topic.in_((f"player:{player_id}", f"comments:player:{player_id}")), *earlier
    )
    for row in connection.execute(own).all():
        event = msgspec.json.decode(row.wire)
        if event.get("payload"):
            emptied = encode_json({**event, "payload": {}})
            connection.execute(sa.update(events).where(events.c.seq == row.seq).values(wire=emptied))
    merges = sa.select(events.c.seq, events.c.wire).where(events.c.event_type == _MERGED, *earlier)
    found = [player_id]
    for row in connection.execute(merges).all():
        event = msgspec.json.decode(row.wire)
        if event["into_player_id"] == player_id:
            found += _empty_payloads(connection, event["player_id"], row.seq)
    return found


def _empty_answers(connection: sa.Connection, player_id: str) -> None:
    named = f'"player_id":"{player_id}"'.encode()
    for row in connection.execute(sa.select(idempotency.c.key, idempotency.c.body)).all():
        if named in row.body:
            connection.execute(sa.update(idempotency).where(idempotency.c.key == row.key).values(body=_NOTHING))
