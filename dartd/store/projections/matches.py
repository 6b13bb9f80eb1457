"""Every match as it stands now."""

from collections.abc import Mapping
from typing import Any, get_args

import msgspec
import sqlalchemy as sa

from dartd.store.listing import Listing, Page, PageRequest, equal
from dartd.store.projections.registry import Projection, Recorded
from dartd.store.tables import events, match_players, matches
from dartd.store.timestamps import timestamp_of
from schemas.codec import encode_json
from schemas.events import (
    EntityAdded,
    EntityDeleted,
    LegFinished,
    LegReopened,
    LegSigned,
    MatchFinished,
    MatchImported,
    MatchStateChanged,
    PlayerErased,
    PlayerMerged,
    SetFinished,
    TurnChanged,
    TurnRevised,
)
from schemas.match import MatchLeg, MatchPlayer, MatchState

MATCHES = Listing(matches, matches.c.match_id, {"created_at": matches.c.seq}, default="-created_at")

_OfMatch = MatchStateChanged | TurnChanged | LegFinished | LegReopened | LegSigned | SetFinished | MatchFinished | TurnRevised

_ENTITY = "match"
_ENDED = {"finished", "stopped", "error"}
_OPEN = ("scheduled", "running", "paused")
_LEG_FIELDS = tuple(field for field in MatchLeg.__struct_fields__ if field != "signed")

_state = msgspec.json.Decoder(MatchState)
_replace = msgspec.structs.replace


def fold(connection: sa.Connection, recorded: Recorded) -> None:
    """Apply what an event says of a match."""
    event = recorded.event
    match event:
        case EntityAdded():
            if event.entity_type == _ENTITY:
                _add(connection, recorded, msgspec.convert(event.payload, MatchState))
        case EntityDeleted():
            if event.entity_type == _ENTITY:
                for table in (matches, match_players):
                    connection.execute(sa.delete(table).where(table.c.match_id == event.entity_id))
        case MatchImported():
            _add(connection, recorded, event.match)
        case PlayerMerged() | PlayerErased():
            _rename_player(connection, event.player_id, event.into_player_id if isinstance(event, PlayerMerged) else None)
        case _ if isinstance(event, _OfMatch):
            row = get_match(connection, event.match_id)
            if row is not None:
                _store(connection, _after(state_in(row), event, recorded.at_s))
        case _:
            raise TypeError(f"{type(event).__name__} is not followed by this projection")


PROJECTION = Projection(
    name="matches",
    version=2,
    tables=(matches, match_players),
    follows=(EntityAdded, EntityDeleted, MatchImported, *get_args(_OfMatch), PlayerMerged, PlayerErased),
    fold=fold,
)


def get_match(connection: sa.Connection, match_id: str) -> Any:
    """Return the row of a match, None if there is none."""
    return connection.execute(sa.select(matches).where(matches.c.match_id == match_id)).first()


def is_imported(connection: sa.Connection, match_id: str) -> bool:
    """Return whether a match was played elsewhere."""
    named = (events.c.event_type == "match_imported", events.c.topic == f"match:{match_id}")
    return connection.execute(sa.select(sa.exists().where(*named))).scalar_one()


def was_begun(connection: sa.Connection, match_id: str) -> bool:
    """Return whether there is a match of this id, or was one that was deleted."""
    named = (events.c.event_type == "match_command", events.c.topic == f"match:{match_id}")
    return connection.execute(sa.select(sa.exists().where(*named))).scalar_one()


def state_in(row: Any) -> MatchState:
    """Return the match of a row as GET answers it."""
    return _state.decode(row.body)


def list_matches(connection: sa.Connection, ask: PageRequest, where: Mapping[str, object], player_id: str | None = None) -> Page:
    """Return a page of matches; `where` gives the values of columns, None for any; `player_id`: those that this player plays in."""
    conditions = equal(matches, where)
    if player_id is not None:
        played = sa.select(match_players.c.match_id).where(match_players.c.player_id == player_id)
        conditions.append(matches.c.match_id.in_(played))
    return MATCHES.page(connection, ask, conditions)


def open_matches(connection: sa.Connection, player_id: str) -> list[Any]:
    """Return the rows of a player's matches that are not over, the oldest first."""
    played = sa.select(match_players.c.match_id).where(match_players.c.player_id == player_id)
    chosen = sa.select(matches).where(matches.c.status.in_(_OPEN), matches.c.match_id.in_(played))
    return list(connection.execute(chosen.order_by(matches.c.seq)).all())


def _after(state: MatchState, event: _OfMatch, at_s: float) -> MatchState:  # noqa: PLR0911 - one case for each kind of event
    match event:
        case MatchStateChanged():
            ended = {} if event.status == "finished" else {"winner": None, "draw": False}
            finished_at = timestamp_of(at_s) if event.status in _ENDED else None
            started_at = event.started_at or state.started_at
            error = event.reason if event.status == "error" else None
            turn = None if event.status == "error" else state.turn
            return _replace(state, status=event.status, started_at=started_at, finished_at=finished_at, error=error, turn=turn, **ended)
        case TurnChanged():
            return _replace(state, turn=event.turn, sides=event.sides)
        case LegFinished():
            leg = MatchLeg(**{name: getattr(event, name) for name in _LEG_FIELDS})
            others = (each for each in state.legs if _number(each) != _number(leg))
            return _replace(state, legs=tuple(sorted((*others, leg), key=_number)), sides=event.sides)
        case LegReopened():
            return _replace(state, legs=tuple(each for each in state.legs if _number(each) < _number(event)))
        case LegSigned():
            return _replace(
                state, legs=tuple(_replace(each, signed=event.signed) if _number(each) == _number(event) else each for each in state.legs)
            )
        case MatchFinished():
            return _replace(state, winner=event.winner, draw=event.draw, sides=event.sides)
        case TurnRevised():
            return _replace(state, turn=event.turn, sides=event.sides, legs=event.legs)
        case _:
            return _replace(state, sides=event.sides)


def _number(leg: Any) -> tuple[int, int]:
    """Return set and leg, in the order in which they are played."""
    return leg.set, leg.leg


def _add(connection: sa.Connection, recorded: Recorded, state: MatchState) -> None:
    row = {
        "match_id": state.match_id,
        "seq": recorded.seq,
        "board_id": state.board_id,
        "game": state.rules["game"],
        "status": state.status,
        "created_at_s": recorded.at_s,
        "body": encode_json(state).decode(),
    }
    connection.execute(sa.insert(matches).values(row))
    players = {player.player_id for side in state.sides for player in side.players if player.player_id is not None}
    for player_id in sorted(players):
        connection.execute(sa.insert(match_players).values(player_id=player_id, match_id=state.match_id))


def _store(connection: sa.Connection, state: MatchState) -> None:
    changed = sa.update(matches).where(matches.c.match_id == state.match_id)
    connection.execute(changed.values(status=state.status, body=encode_json(state).decode()))


def _rename_player(connection: sa.Connection, player_id: str, into: str | None) -> None:
    """Put another player, or no profile, in the place of a player, also in the turn that runs."""
    mine = match_players.c.player_id == player_id
    found = [row.match_id for row in connection.execute(sa.select(match_players.c.match_id).where(mine)).all()]
    connection.execute(sa.delete(match_players).where(mine))
    for match_id in found:
        state = state_in(get_match(connection, match_id))
        sides = tuple(
            _replace(side, players=tuple(MatchPlayer(player_id=into) if each.player_id == player_id else each for each in side.players))
            for side in state.sides
        )
        turn = state.turn
        if turn is not None and turn.player_id == player_id:
            turn = _replace(turn, player_id=into)
        _store(connection, _replace(state, sides=sides, turn=turn))
        there = (match_players.c.player_id == into, match_players.c.match_id == match_id)
        if into is not None and connection.execute(sa.select(match_players).where(*there)).first() is None:
            connection.execute(sa.insert(match_players).values(player_id=into, match_id=match_id))
