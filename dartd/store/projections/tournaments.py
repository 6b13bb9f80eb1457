"""Every tournament, list and fixture as it stands now.

As in the state of the deciders (`dartd/tournament/state.py`), a fixture that changes counts up the versions of its list and tournament.
"""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from dartd.store.entity_table import alternatives
from dartd.store.projections.registry import Projection, Recorded
from dartd.store.tables import fixtures, lists, tournaments
from dartd.store.timestamps import seconds_of_timestamp, timestamp_of
from dartd.tournament.people import renamed
from dartd.tournament.state import FINISHED_KEPT, TYPES, Versioned, id_of
from schemas.codec import encode_json
from schemas.events import (
    EntityAdded,
    EntityAssigned,
    EntityDeleted,
    EntityStatusChanged,
    EntityUpdated,
    PlayerErased,
    PlayerMerged,
)
from schemas.tournament import Fixture, TournamentList

TABLES: Final = {"tournament": tournaments, "list": lists, "fixture": fixtures}
_PARENTS: Final = {"tournament": (), "list": ("tournament",), "fixture": ("list", "tournament")}
_INNER: Final = {"tournament": ("list", "fixture"), "list": ("fixture",), "fixture": ()}
_SCALARS: Final = (
    msgspec.inspect.StrType,
    msgspec.inspect.IntType,
    msgspec.inspect.FloatType,
    msgspec.inspect.BoolType,
    msgspec.inspect.NoneType,
    msgspec.inspect.LiteralType,
)


def fold(connection: sa.Connection, recorded: Recorded) -> None:
    """Apply what an event says of a tournament, a list or a fixture."""
    event = recorded.event
    match event:
        case PlayerMerged() | PlayerErased():
            _rename(connection, event.player_id, event.into_player_id if isinstance(event, PlayerMerged) else None)
        case EntityDeleted():
            if event.entity_type in TABLES:
                _remove(connection, event.entity_type, event.entity_id)
        case EntityAdded() | EntityUpdated() | EntityStatusChanged() | EntityAssigned():
            if event.entity_type in TABLES:
                _store(connection, event.entity_type, event.entity_id, msgspec.convert(event.payload, TYPES[event.entity_type]))
        case _:
            raise TypeError(f"{type(event).__name__} is not followed by this projection")


PROJECTION = Projection(
    name="tournaments",
    version=1,
    tables=(tournaments, lists, fixtures),
    follows=(EntityAdded, EntityUpdated, EntityStatusChanged, EntityAssigned, EntityDeleted, PlayerMerged, PlayerErased),
    fold=fold,
)


def value_of(kind: str, row: Any) -> Any:
    """Return a tournament, list or fixture of its row."""
    return TYPES[kind](**{name: read(row) for name, read in _READERS[kind].items()})


def get_value(connection: sa.Connection, kind: str, entity_id: str) -> Any:
    """Return a tournament, list or fixture, None if there is none."""
    table = TABLES[kind]
    row = connection.execute(sa.select(table).where(_key(table) == entity_id)).first()
    return None if row is None else value_of(kind, row)


def fixtures_in(connection: sa.Connection, *, tournament_id: str | None = None, list_id: str | None = None) -> Sequence[Any]:
    """Return the fixtures of a tournament or of a list, in their order."""
    column, wanted = (fixtures.c.tournament_id, tournament_id) if list_id is None else (fixtures.c.list_id, list_id)
    rows = connection.execute(sa.select(fixtures).where(column == wanted).order_by(fixtures.c.position, fixtures.c.fixture_id))
    return [value_of("fixture", row) for row in rows]


def at_boards(connection: sa.Connection) -> list[Fixture]:
    """Return all fixtures that are called or played."""
    rows = connection.execute(sa.select(fixtures).where(fixtures.c.status.in_(("called", "playing"))))
    return [value_of("fixture", row) for row in rows]


def tournaments_are_open(connection: sa.Connection) -> bool:
    """Return whether there is a tournament that is not finished."""
    return connection.execute(sa.select(sa.exists().where(tournaments.c.status != "finished"))).scalar_one()


def queues(connection: sa.Connection) -> list[TournamentList]:
    """Return the queues of boards in tournaments that run."""
    running = sa.select(tournaments.c.tournament_id).where(tournaments.c.status == "running")
    chosen = sa.select(lists).where(lists.c.type == "board_queue", lists.c.tournament_id.in_(running))
    return [value_of("list", row) for row in connection.execute(chosen.order_by(lists.c.position, lists.c.created_at_s))]


def changeable(connection: sa.Connection) -> dict[str, dict[str, Versioned]]:
    """Return by kind and id what can still change, with its version: the state of the deciders as of the last commit."""
    is_finished = tournaments.c.status == "finished"
    last_ones = sa.select(tournaments.c.tournament_id).where(is_finished)
    last_ones = last_ones.order_by(tournaments.c.updated_at_s.desc(), tournaments.c.tournament_id.desc()).limit(FINISHED_KEPT)
    others = sa.select(tournaments.c.tournament_id).where(~is_finished)
    known = {*connection.scalars(last_ones), *connection.scalars(others)}
    found: dict[str, dict[str, Versioned]] = {}
    for kind, table in TABLES.items():
        of_tournament = table.c.tournament_id
        rows = connection.execute(sa.select(table).where(of_tournament.is_(None) | of_tournament.in_(known)).order_by(table.c.created_at_s))
        values = [Versioned(value_of(kind, row), row.version) for row in rows]
        found[kind] = {id_of(each.value): each for each in values}
    return found


def _key(table: sa.Table) -> "sa.Column[Any]":
    (key,) = table.primary_key.columns
    return key


def _store(connection: sa.Connection, kind: str, entity_id: str, value: Any) -> None:
    table = TABLES[kind]
    columns = dict(_column(field, getattr(value, field.name)) for field in msgspec.structs.fields(type(value)))
    changed = sa.update(table).where(_key(table) == entity_id).values(**columns, version=table.c.version + 1)
    if not connection.execute(changed).rowcount:
        connection.execute(sa.insert(table).values(**columns, version=1))
    _count_up(connection, kind, value)


def _count_up(connection: sa.Connection, kind: str, value: Any) -> None:
    """Count up the versions of what contains an entity."""
    for parent in _PARENTS[kind]:
        table = TABLES[parent]
        parent_id = getattr(value, _key(table).name)
        if parent_id is not None:
            connection.execute(sa.update(table).where(_key(table) == parent_id).values(version=table.c.version + 1))


def _remove(connection: sa.Connection, kind: str, entity_id: str) -> None:
    table = TABLES[kind]
    before = get_value(connection, kind, entity_id)
    connection.execute(sa.delete(table).where(_key(table) == entity_id))
    for inner in _INNER[kind]:
        connection.execute(sa.delete(TABLES[inner]).where(TABLES[inner].c[_key(table).name] == entity_id))
    if before is not None:
        _count_up(connection, kind, before)


def _rename(connection: sa.Connection, player_id: str, into: str | None) -> None:
    for kind, table in TABLES.items():
        named = sa.or_(*(table.c[name].contains(encode_json(player_id).decode(), autoescape=True) for name in _NAMING[kind]))
        if kind == "list":
            named = lists.c.player_id == player_id
        for row in connection.execute(sa.select(table).where(named)).all():
            before = value_of(kind, row)
            value = renamed(before, player_id, into)
            if value is not before:
                columns = dict(_column(field, getattr(value, field.name)) for field in msgspec.structs.fields(type(value)))
                key = _key(table)
                connection.execute(sa.update(table).where(key == row[0]).values(**columns, version=table.c.version + 1))


_NAMING: Final = {"tournament": ("entrants",), "list": ("player_id",), "fixture": ("sides",)}


def _column(field: msgspec.structs.FieldInfo, value: Any) -> tuple[str, Any]:
    """Return the column of a field and its value there: times in seconds, what is no scalar as JSON."""
    if field.name.endswith("_at"):
        return f"{field.name}_s", None if value is None else seconds_of_timestamp(value)
    return field.name, value if _is_scalar(field.type) else encode_json(value).decode()


def _is_scalar(kind: Any) -> bool:
    return all(isinstance(each, _SCALARS) for each in alternatives(msgspec.inspect.type_info(kind)))


def _reader(field: msgspec.structs.FieldInfo) -> Any:
    name = field.name
    if name.endswith("_at"):
        return lambda row: None if getattr(row, f"{name}_s") is None else timestamp_of(getattr(row, f"{name}_s"))
    if _is_scalar(field.type):
        return lambda row: getattr(row, name)
    decode = msgspec.json.Decoder(field.type).decode
    return lambda row: decode(getattr(row, name))


_READERS: Final = {kind: {field.name: _reader(field) for field in msgspec.structs.fields(type_)} for kind, type_ in TYPES.items()}
