"""Merging two players, and erasing a person: what is stored of a player outside the projections, which follow the events of both."""

from typing import Final

import msgspec
import sqlalchemy as sa

from dartd.store.comments import move_comments
from dartd.store.players import PLAYERS, Row
from dartd.store.tables import events, idempotency, photos, players, users
from schemas.codec import encode_json
from schemas.events import PlayerMerged

_MERGED = str(PlayerMerged.__struct_config__.tag)
_NOTHING = b"{}"
PERSONAL: Final = frozenset({"player", "comments:player"})  # the topics, each with the id of a player, of events that are erased


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
    empty_payloads(connection, player_id)
    for name in ids_of(connection, player_id):
        _empty_answers(connection, name)
    return True


def empty_payloads(connection: sa.Connection, player_id: str) -> None:
    """Empty what the events in the journal say of a person, under all ids that the person had."""
    for name, before_seq in _names(connection, player_id):
        earlier = [] if before_seq is None else [events.c.seq < before_seq]
        topics = [f"{kind}:{name}" for kind in PERSONAL]
        own = sa.select(events.c.seq, events.c.wire).where(events.c.topic.in_(topics), *earlier)
        for row in connection.execute(own).all():
            event = msgspec.json.decode(row.wire)
            if event.get("payload"):
                emptied = encode_json({**event, "payload": {}})
                connection.execute(sa.update(events).where(events.c.seq == row.seq).values(wire=emptied))


def ids_of(connection: sa.Connection, player_id: str) -> list[str]:
    """Return the ids of all players who were this person: the player, and those who were merged into the player."""
    return [name for name, _ in _names(connection, player_id)]


def _remove(connection: sa.Connection, player_id: str, into: str | None) -> None:
    connection.execute(sa.delete(photos).where(photos.c.player_id == player_id))
    connection.execute(sa.update(users).where(users.c.player_id == player_id).values(player_id=into, version=users.c.version + 1))
    connection.execute(sa.delete(players).where(players.c.player_id == player_id))
    move_comments(connection, player_id, into)


def _names(connection: sa.Connection, player_id: str, before_seq: int | None = None) -> list[tuple[str, int | None]]:
    """Return the ids of a person, each with the seq of the event by which it was merged, None for the last one."""
    earlier = [] if before_seq is None else [events.c.seq < before_seq]
    merges = sa.select(events.c.seq, events.c.wire).where(events.c.event_type == _MERGED, *earlier)
    found: list[tuple[str, int | None]] = [(player_id, before_seq)]
    for row in connection.execute(merges).all():
        event = msgspec.json.decode(row.wire)
        if event["into_player_id"] == player_id:
            found += _names(connection, event["player_id"], row.seq)
    return found


def _empty_answers(connection: sa.Connection, player_id: str) -> None:
    named = f'"player_id":"{player_id}"'.encode()
    for row in connection.execute(sa.select(idempotency.c.key, idempotency.c.body)).all():
        if named in row.body:
            connection.execute(sa.update(idempotency).where(idempotency.c.key == row.key).values(body=_NOTHING))
