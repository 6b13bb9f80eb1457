"""`/api/v1/players`: players, their figures and visits."""

import secrets
from dataclasses import replace
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import UNSET

from dartd.store.audit import note
from dartd.store.listing import PageRequest
from dartd.store.person import erase_player, merge_players
from dartd.store.players import delete_player, figures_of, get_player, insert_player, list_players, update_player
from dartd.store.projections.throws import list_visits
from dartd.store.timestamps import timestamp_of
from dartd.web.http.endpoint import Answer, Call, Endpoint
from dartd.web.http.paging import listed, missing, page_request
from dartd.web.http.problems import Problem
from dartd.web.http.resource import Resource
from schemas.api.answers import Listed
from schemas.api.players import (
    HistoryQuery,
    NewPlayer,
    PlayedVisit,
    Player,
    PlayerBoards,
    PlayerChange,
    PlayerDetail,
    PlayerFigures,
    PlayerMerge,
    PlayerRemoval,
    PlayersQuery,
)
from schemas.codec import encode_json
from schemas.events import EntityDeleted, PlayerErased, PlayerMerged, VisitThrow

_LATEST = 10
_NO_BOARDS = "{}"
_PLAIN_BOARDS = PlayerBoards()


def player_of(row: Any) -> Player:
    """Return a player from its row."""
    return Player(**_fields(row))


def _fields(row: Any) -> dict[str, Any]:
    return {
        "player_id": row.player_id,
        "name": row.name,
        "badge_id": row.badge_id,
        "group": row.group_name,
        "skill_level": row.skill_level,
        "boards": _PLAIN_BOARDS if row.boards == _NO_BOARDS else msgspec.json.decode(row.boards, type=PlayerBoards),
        "active": row.active,
        "shared": row.shared,
        "photo": None if row.photo is None else f"/api/v1/players/{row.player_id}/photo",
        "created_at": timestamp_of(row.created_at_s),
        "updated_at": timestamp_of(row.updated_at_s),
    }


async def get_players(call: Call) -> Listed[Player]:
    """Return a page of players; callers with the role `player` see themselves and shared players."""
    asked: PlayersQuery = call.query
    visible_to = (call.principal.player_id or "") if call.own_only else None
    page = await call.read(
        lambda c: list_players(c, page_request(asked), active=asked.active, group=asked.group, search=asked.search, visible_to=visible_to)
    )
    return listed(page, asked, player_of)


async def post_player(call: Call) -> Answer:
    """Create a player."""
    asked: NewPlayer = call.body
    player_id, now_s = asked.player_id or f"p_{secrets.token_hex(6)}", call.services.accounts.now()
    values = _columns(msgspec.structs.asdict(asked)) | {"player_id": player_id, "created_at_s": now_s, "updated_at_s": now_s}

    def make(connection: Any) -> Answer:
        row = insert_player(connection, values)
        return Answer(value=player_of(row), entity_id=player_id, version=row.version, location=f"/api/v1/players/{player_id}")

    made: Answer = await call.change(make, player_id)
    return made


async def get_one_player(call: Call) -> Answer:
    """Return one player with figures and the latest visits."""
    player_id = call.path("player_id")
    row = await visible(call, player_id)
    figures = await call.read(lambda c: figures_of(c, player_id))
    latest = await call.read(lambda c: list_visits(c, PageRequest(limit=_LATEST), {"player_id": player_id}))
    detail = PlayerDetail(**_fields(row), statistics=_figures(figures), history=tuple(map(_played, latest.rows)))
    return Answer(value=detail, version=row.version)


async def put_player(call: Call) -> Answer:
    """Change a player; fields that are left out keep their value."""
    player_id, asked = call.path("player_id"), call.body
    check_own(call, player_id)
    given = {name: value for name, value in msgspec.structs.asdict(asked).items() if value is not UNSET}
    if call.own_only and {"active", "badge_id", "group"} & set(given):
        raise call.forbidden("you may change only name, skill_level, boards and shared")
    now_s = call.services.accounts.now()

    def change(connection: Any) -> Answer:
        row = found(update_player(connection, player_id, _columns(given), at_s=now_s, version=call.if_version), player_id)
        return Answer(value=player_of(row), entity_id=player_id, version=row.version)

    changed: Answer = await call.change(change, player_id)
    return changed


async def remove_player(call: Call) -> Answer:
    """Deactivate a player, or erase the person; the throws stay."""
    player_id, now_s = call.path("player_id"), call.services.accounts.now()

    def remove(connection: Any) -> Answer:
        if call.query.erase:
            found(erase_player(connection, player_id) or None, player_id)
            note(connection, msgspec.structs.replace(call.audit_entry(player_id), action="player.erase"))
            return Answer(entity_id=player_id, events=(PlayerErased(player_id=player_id, user_id=call.principal.name),))
        found(delete_player(connection, player_id, at_s=now_s) or None, player_id)
        return Answer(entity_id=player_id)

    removed: Answer = await call.change(remove, player_id)
    call.services.accounts.clear_cache()
    return removed


async def post_merge(call: Call) -> Answer:
    """Merge a player into another one, who gets the throws, and the photo if there was none."""
    player_id, asked, now_s = call.path("player_id"), call.body, call.services.accounts.now()
    if asked.into == player_id:
        raise Problem(422, "VALIDATION_ERROR", "into: expected another player", details={"field": "$.into"})

    def merge(connection: Any) -> Answer:
        found(get_player(connection, player_id), player_id)
        found(get_player(connection, asked.into), asked.into)
        row = merge_players(connection, player_id, asked.into, at_s=now_s)
        note(connection, call.audit_entry(player_id))
        user_id = call.principal.name
        events = (
            PlayerMerged(player_id=player_id, into_player_id=asked.into, user_id=user_id),
            EntityDeleted(entity_type="player", entity_id=player_id, user_id=user_id),
        )
        return Answer(value=player_of(row), entity_id=asked.into, version=row.version, events=events)

    merged: Answer = await call.change(merge, asked.into)
    call.services.accounts.clear_cache()
    return merged


async def get_history(call: Call) -> Listed[PlayedVisit]:
    """Return a page of a player's visits."""
    player_id, asked = call.path("player_id"), call.query
    await visible(call, player_id)
    page = await call.read(lambda c: list_visits(c, page_request(asked), {"player_id": player_id}))
    return listed(page, asked, _played)


async def visible(call: Call, player_id: str) -> Any:
    """Return the row of a player that the caller may read; a caller limited to their own player cannot tell whether another one exists."""
    row = await call.read(lambda c: get_player(c, player_id))
    if call.own_only and call.principal.player_id != player_id and (row is None or not row.shared):
        raise call.forbidden()
    return found(row, player_id)


def check_own(call: Call, player_id: str) -> None:
    """Check that a caller limited to their own player changes no other.

    Raises:
        Problem: 403 for another player.
    """
    if call.own_only and call.principal.player_id != player_id:
        raise call.forbidden()


def found(row: Any, player_id: str) -> Any:
    """Return the row of a player.

    Raises:
        Problem: 404 if there is none.
    """
    if row is None:
        raise missing("player", player_id)
    return row


def _columns(given: dict[str, Any]) -> dict[str, object]:
    """Return the values by column name."""
    columns = {("group_name" if name == "group" else name): value for name, value in given.items()}
    if "boards" in columns:
        columns["boards"] = _NO_BOARDS if columns["boards"] == _PLAIN_BOARDS else encode_json(columns["boards"]).decode()
    return columns


def _figures(row: Any) -> PlayerFigures:
    average = Decimal(3 * row.points) / row.throws if row.throws else Decimal(0)
    return PlayerFigures(
        throws=row.throws, points=row.points, visits=row.visits, best_visit=row.best_visit, average=str(average.quantize(Decimal("0.01")))
    )


def _played(row: Any) -> PlayedVisit:
    labels = tuple(throw.label for throw in msgspec.json.decode(row.throws, type=tuple[VisitThrow, ...]))
    return PlayedVisit(visit_id=row.visit_id, timestamp=timestamp_of(row.at_s), total=row.total, labels=labels)


PLAYERS = Resource(
    path="/api/v1/players", one="/api/v1/players/{player_id}", tag="players", entity="player", answer=Player, own="profile:own"
)
HISTORY = Resource(path=f"{PLAYERS.one}/history", one="", tag="players", answer=PlayedVisit, own="profile:own")

ENDPOINTS = [
    PLAYERS.list(get_players, "Players, by name", "players:read", PlayersQuery),
    PLAYERS.create(post_player, "Add a player", "players:write", NewPlayer),
    PLAYERS.read(get_one_player, "One player, with figures and the latest visits", "players:read", PlayerDetail, versioned=True),
    PLAYERS.update(put_player, "Change a player", "players:write", PlayerChange, own=True),
    replace(
        PLAYERS.delete(remove_player, "Delete a player, or with erase all of the person; the throws stay", "players:delete"),
        query=PlayerRemoval,
    ),
    Endpoint(
        method="POST",
        path=f"{PLAYERS.one}/merge",
        handler=post_merge,
        summary="Merge a player into another one, who gets the throws",
        permission="players:write",
        rate="default",
        tag="players",
        body=PlayerMerge,
        answer=Player,
        entity="player",
        publishes=True,
        action="merge",
        example=PlayerMerge(into="ann"),
    ),
    HISTORY.list(get_history, "A player's visits, the latest first", "players:read", HistoryQuery),
]
