"""`/api/v1/players`: players, their figures and visits."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import msgspec

from dartd.store.audit import append_entry
from dartd.store.listing import PageRequest
from dartd.store.person import erase_player, merge_players
from dartd.store.players import PLAYERS as STORED
from dartd.store.players import Row, figures_of, visible_to
from dartd.store.projections.throws import list_visits
from dartd.store.timestamps import timestamp_of
from dartd.web.http.endpoint import Answer, Call, Endpoint
from dartd.web.http.entity_resource import EntityResource, Own, Rights
from dartd.web.http.paging import missing
from dartd.web.http.problems import Problem
from schemas.api.players import (
    NewPlayer,
    Player,
    PlayerChange,
    PlayerDetail,
    PlayerFigures,
    PlayerMerge,
    PlayerRemoval,
    PlayersQuery,
    PlayerVisit,
)
from schemas.events import EntityDeleted, PlayerErased, PlayerMerged, VisitThrow

_LATEST = 10
_NOT_OWN = {"active", "badge_id", "group"}  # fields that players may not change


async def refuse_not_own(call: Call, given: dict[str, Any]) -> dict[str, Any]:
    """Refuse changes that a caller limited to their own player may not make."""
    if call.own_only and _NOT_OWN & set(given):
        raise call.forbidden("you may change only name, skill_level, boards, preferences and shared")
    return given


PLAYERS: EntityResource[NewPlayer, Player] = EntityResource(
    entity=STORED,
    path="/api/v1/players",
    tag="players",
    rights=Rights.of("players"),
    query=PlayersQuery,
    new=NewPlayer,
    change=PlayerChange,
    answer=Player,
    examples=(NewPlayer(name="Ann"), PlayerChange(name="Anna")),
    id_prefix="p_",
    columns={"group": "group_name"},
    computed={"photo": lambda _, row: None if row.photo is None else f"/api/v1/players/{row.player_id}/photo"},
    prepare=refuse_not_own,
    own=Own(
        permission="profile:own",
        owns=lambda call, player_id, _: call.principal.player_id == player_id,
        reads=lambda row: bool(row.shared),
        listed=lambda call: visible_to(call.principal.player_id or ""),
        methods=frozenset({"PUT"}),
    ),
    summaries={
        "list": "Players, by name",
        "read": "One player, with figures and the latest visits",
        "delete": "Make a player inactive and free the badge, or with erase delete all of the person; the throws stay",
    },
)


async def get_one_player(call: Call) -> Answer:
    """Return one player with figures and the latest visits."""
    row = await PLAYERS.visible(call)
    figures = await call.read(lambda c: figures_of(c, row.player_id))
    latest = await call.read(lambda c: list_visits(c, PageRequest(limit=_LATEST), {"player_id": row.player_id}))
    fields = PLAYERS.fields.values_of(call.services, row)
    detail = PlayerDetail(**fields, statistics=_figures(figures), history=tuple(map(_played, latest.rows)))
    return Answer(value=detail, version=row.version)


async def remove_player(call: Call) -> Answer:
    """Deactivate a player, or erase the person; the throws stay."""
    if not call.query.erase:
        return await PLAYERS.delete(call)
    player_id = call.path("player_id")

    def erase(connection: Any) -> Answer:
        found(erase_player(connection, player_id) or None, player_id)
        append_entry(connection, msgspec.structs.replace(call.audit_entry(player_id), action="player.erase"))
        return Answer(entity_id=player_id, events=(PlayerErased(player_id=player_id, user_id=call.principal.name),))

    erased = await PLAYERS.commit(call, erase, player_id)
    call.services.accounts.clear_cache()
    return erased


async def post_merge(call: Call) -> Answer:
    """Merge a player into another one, who gets the throws, and the photo if there was none."""
    player_id, asked, now_s = call.path("player_id"), call.body, call.services.accounts.now()
    if asked.into == player_id:
        raise Problem(422, "VALIDATION_ERROR", "into: expected another player", details={"field": "$.into"})

    def merge(connection: Any) -> Answer:
        found(STORED.get(connection, player_id), player_id)
        found(STORED.get(connection, asked.into), asked.into)
        row = merge_players(connection, player_id, asked.into, at_s=now_s)
        append_entry(connection, call.audit_entry(player_id))
        user_id = call.principal.name
        events = (
            PlayerMerged(player_id=player_id, into_player_id=asked.into, user_id=user_id),
            EntityDeleted(entity_type="player", entity_id=player_id, user_id=user_id),
        )
        return Answer(value=PLAYERS.fields.answer_of(call.services, row), entity_id=asked.into, version=row.version, events=events)

    merged: Answer = await call.change(merge, asked.into)
    call.services.accounts.clear_cache()
    return merged


def found(row: Row, player_id: str) -> Row:
    """Return the row of a player.

    Raises:
        Problem: 404 if there is none.
    """
    if row is None:
        raise missing("player", player_id)
    return row


def _figures(row: Any) -> PlayerFigures:
    average = Decimal(3 * row.points) / row.throws if row.throws else Decimal(0)
    return PlayerFigures(
        throws=row.throws, points=row.points, visits=row.visits, best_visit=row.best_visit, average=str(average.quantize(Decimal("0.01")))
    )


def _played(row: Any) -> PlayerVisit:
    labels = tuple(throw.label for throw in msgspec.json.decode(row.throws, type=tuple[VisitThrow, ...]))
    return PlayerVisit(visit_id=row.visit_id, timestamp=timestamp_of(row.at_s), total=row.total, labels=labels)


_LIST, _CREATE, _READ, _UPDATE, _DELETE = PLAYERS.endpoints(read=get_one_player, delete=remove_player)

ENDPOINTS = [
    _LIST,
    _CREATE,
    replace(_READ, answer=PlayerDetail),
    _UPDATE,
    replace(_DELETE, query=PlayerRemoval),
    Endpoint(
        method="POST",
        path=f"{PLAYERS.one}/merge",
        handler=post_merge,
        summary="Merge a player into another one, who gets the throws",
        permission="players:delete",  # the merged one is gone: a screen at the board, which anyone can touch, adds players and deletes none
        rate="default",
        tag="players",
        body=PlayerMerge,
        answer=Player,
        entity="player",
        publishes=True,
        action="merge",
        example=PlayerMerge(into="ann"),
    ),
]
