"""Merged players and erased persons in the store; `tests/unit/dartd/web/v1/test_players.py` has them with their events."""

from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from dartd.store.person import erase_player, merge_players
from dartd.store.photos import Photo, get_photo, put_photo
from dartd.store.players import PLAYERS, find_badge
from dartd.store.tables import events, idempotency, players, users
from schemas.codec import encode_json


def _player(player_id: str, **given: Any) -> dict[str, object]:
    plain = {"name": player_id.title(), "badge_id": None, "group_name": None, "skill_level": None, "boards": "{}"}
    return {"player_id": player_id, **plain, "active": True, "shared": False, "created_at_s": 1.0, "updated_at_s": 1.0, **given}


def _event(connection: sa.Connection, seq: int, event_type: str, topic: str, **fields: Any) -> None:
    wire = encode_json({"event_type": event_type, "seq": seq, "event_id": f"s-{seq}", **fields})
    row = {"seq": seq, "at_s": 1.0, "topic": f"player:{topic}", "event_type": event_type, "wire": wire}
    connection.execute(sa.insert(events).values(row))


def _wires(connection: sa.Connection) -> dict[int, dict[str, Any]]:
    return {
        row.seq: msgspec.json.decode(row.wire) for row in connection.execute(sa.select(events.c.seq, events.c.wire).order_by(events.c.seq))
    }


@pytest.fixture
def two(core: sa.Connection) -> sa.Connection:
    """Store two players with photos; one has a badge and an account."""
    PLAYERS.insert(core, _player("ann", badge_id="b1"))
    PLAYERS.insert(core, _player("ben"))
    put_photo(core, "ann", Photo(media_type="image/png", body=b"ann"), at_s=1.0)
    account = {"user_id": "u", "username": "ann", "name": "A", "role": "player", "active": True, "password_hash": "x"}
    core.execute(sa.insert(users).values(player_id="ann", version=1, created_at_s=1.0, **account))
    return core


def test_survivor_gets_account_and_photo(two: sa.Connection) -> None:
    """The badge of the merged player is free, and its id too."""
    merged = merge_players(two, "ann", "ben", at_s=5.0)
    photo = get_photo(two, "ben")

    assert (merged.version, merged.updated_at_s, PLAYERS.get(two, "ann"), get_photo(two, "ann")) == (2, 5.0, None, None)
    assert (photo is not None and photo.body, merged.photo is not None) == (b"ann", True)
    assert (two.execute(sa.select(users.c.player_id)).scalar(), find_badge(two, "b1")) == ("ben", None)
    PLAYERS.insert(two, _player("ann", badge_id="b1"))


def test_survivor_keeps_a_photo_of_its_own(two: sa.Connection) -> None:
    """The other one is deleted."""
    put_photo(two, "ben", Photo(media_type="image/png", body=b"ben"), at_s=1.0)
    merge_players(two, "ann", "ben", at_s=5.0)
    photo = get_photo(two, "ben")

    assert photo is not None
    assert photo.body == b"ben"


def test_erased_person_leaves_nothing(two: sa.Connection) -> None:
    """Neither row nor photo nor payload nor stored answer, also of players merged into this one; other players keep theirs."""
    _event(two, 1, "ADDED", "old", payload={"name": "Old"})
    _event(two, 2, "player_merged", "old", player_id="old", into_player_id="ann")
    _event(two, 3, "ADDED", "old", payload={"name": "Another person with a free id"})
    _event(two, 4, "ADDED", "ann", payload={"name": "Ann"})
    _event(two, 5, "ADDED", "ben", payload={"name": "Ben"})
    for name in ("ann", "ben"):
        body = encode_json({"player_id": name, "name": name})
        two.execute(sa.insert(idempotency).values(key=name, fingerprint="", at_s=1.0, status=201, headers="{}", body=body))

    assert (erase_player(two, "ann"), erase_player(two, "ann"), get_photo(two, "ann")) == (True, False, None)
    wires = _wires(two)
    assert [(seq, wire["seq"], wire["event_id"], wire.get("payload")) for seq, wire in wires.items()] == [
        (1, 1, "s-1", {}),
        (2, 2, "s-2", None),
        (3, 3, "s-3", {"name": "Another person with a free id"}),
        (4, 4, "s-4", {}),
        (5, 5, "s-5", {"name": "Ben"}),
    ]
    assert two.execute(sa.select(users.c.player_id)).scalar() is None
    assert two.execute(sa.select(idempotency.c.body).order_by(idempotency.c.key)).scalars().first() == b"{}"
    assert two.execute(sa.select(players.c.player_id)).scalars().all() == ["ben"]
