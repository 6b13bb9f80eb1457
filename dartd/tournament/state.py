"""Tournaments, lists and fixtures as a fold of the events about them, and the events of a change.

The decider of tournaments and that of their commands share one state. A fixture that changes counts up the versions of its list and
tournament, because what GET answers for those contains it.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import msgspec

from dartd.errors import ConflictError
from dartd.tournament.people import renamed
from dartd.tournament.progress import settled, status_of
from schemas.events import (
    EntityAdded,
    EntityAssigned,
    EntityDeleted,
    EntityStatusChanged,
    EntityUpdated,
    JournalledEvent,
    PlayerErased,
    PlayerMerged,
)
from schemas.tournament import Fixture, Tournament, TournamentList

FINISHED_KEPT: Final = 10  # tournaments that finished last, which a corrected match can still change

Entity = Tournament | TournamentList | Fixture
TYPES: Final[dict[str, type[Any]]] = {"tournament": Tournament, "list": TournamentList, "fixture": Fixture}

_replace = msgspec.structs.replace
_Change = EntityAdded | EntityUpdated | EntityStatusChanged | EntityAssigned


class Versioned(NamedTuple):
    """An entity and how often it was changed."""

    value: Any
    version: int


class Tournaments:
    """All that can still change: by kind and id."""

    def __init__(self) -> None:
        self._kept: dict[str, dict[str, Versioned]] = {kind: {} for kind in TYPES}

    def take_over(self, kept: Mapping[str, Mapping[str, Versioned]]) -> None:
        """Take over what the tables of the store have, by kind and id: they are written in the commit of the events, and need no copy."""
        self._kept = {kind: dict(kept[kind]) for kind in TYPES}

    # Reading.

    def tournament(self, tournament_id: str | None) -> Tournament | None:
        """Return a tournament."""
        found = self._kept["tournament"].get(tournament_id or "")
        return None if found is None else found.value

    def tournaments(self) -> list[Tournament]:
        """Return all tournaments."""
        return [each.value for each in self._kept["tournament"].values()]

    def lists(self) -> list[TournamentList]:
        """Return all lists."""
        return [each.value for each in self._kept["list"].values()]

    def fixtures(self) -> list[Fixture]:
        """Return all fixtures."""
        return [each.value for each in self._kept["fixture"].values()]

    def fixtures_of(self, tournament_id: str) -> list[Fixture]:
        """Return the fixtures of a tournament."""
        return [each for each in self.fixtures() if each.tournament_id == tournament_id]

    def fixture_of_match(self, match_id: str) -> Fixture | None:
        """Return the fixture that is played by a match."""
        return next((each for each in self.fixtures() if each.match_id == match_id), None)

    def has(self, kind: str, entity_id: str) -> bool:
        """Return whether an id is taken."""
        return entity_id in self._kept[kind]

    def find(self, kind: str, entity_id: str, *, version: int | None = None) -> Any:
        """Return an entity that can be changed.

        Raises:
            ConflictError: it cannot, because others finished after it; or it is of another version than `version`.
        """
        found = self._kept[kind].get(entity_id)
        if found is None:
            message = f"this {kind} can be changed no more: its tournament finished, and others after it"
            raise ConflictError(message, **{f"{kind}_id": entity_id, "status": "finished"})
        if version is not None and version != found.version:
            message = f"the {kind} has changed in the meantime; read it again"
            raise ConflictError(message, code="PRECONDITION_FAILED", version=found.version)
        return found.value

    # Folding.

    def apply(self, event: JournalledEvent) -> None:
        """Take over what an event says."""
        if isinstance(event, PlayerMerged | PlayerErased):
            self._rename(event.player_id, event.into_player_id if isinstance(event, PlayerMerged) else None)
        elif isinstance(event, EntityDeleted) and event.entity_type in TYPES:
            self._remove(event.entity_type, event.entity_id)
        elif isinstance(event, _Change) and event.entity_type in TYPES:
            self._put(event.entity_type, msgspec.convert(event.payload, TYPES[event.entity_type]))
            self._forget_finished()

    def _put(self, kind: str, value: Any) -> None:
        before = self._kept[kind].get(id_of(value))
        self._kept[kind][id_of(value)] = Versioned(value, 1 if before is None else before.version + 1)
        self._count_up(value)

    def _count_up(self, value: Any) -> None:
        """Count up the versions of what contains an entity."""
        parents = [("list", getattr(value, "list_id", None))] if isinstance(value, Fixture) else []
        parents += [("tournament", value.tournament_id)] if not isinstance(value, Tournament) else []
        for kind, entity_id in parents:
            found = self._kept[kind].get(entity_id or "")
            if found is not None:
                self._kept[kind][entity_id or ""] = Versioned(found.value, found.version + 1)

    def _remove(self, kind: str, entity_id: str) -> None:
        """Remove an entity, and what it contains."""
        gone = self._kept[kind].pop(entity_id, None)
        if kind == "fixture":
            if gone is not None:
                self._count_up(gone.value)
            return
        for inner in ("list", "fixture"):
            key = f"{kind}_id"
            if inner != kind:
                self._kept[inner] = {name: each for name, each in self._kept[inner].items() if getattr(each.value, key) != entity_id}
        if kind == "list" and gone is not None:
            self._count_up(gone.value)

    def _rename(self, player_id: str, into: str | None) -> None:
        for kind, entities in self._kept.items():
            for entity_id, each in entities.items():
                value = renamed(each.value, player_id, into)
                if value is not each.value:
                    self._kept[kind][entity_id] = Versioned(value, each.version + 1)

    def _forget_finished(self) -> None:
        finished = [each for each in self.tournaments() if each.status == "finished"]
        for each in sorted(finished, key=lambda each: (each.updated_at, each.tournament_id))[:-FINISHED_KEPT]:
            self._remove("tournament", each.tournament_id)

    # Changes, each with its events.

    def added(self, kind: str, value: Any, user_id: str | None) -> list[JournalledEvent]:
        """Add an entity."""
        return self._published(EntityAdded, kind, value, user_id)

    def changed(self, kind: str, value: Any, user_id: str | None, at: str) -> list[JournalledEvent]:
        """Change an entity: its status, whom it is assigned to, or something else."""
        before = self._kept[kind][id_of(value)].value
        event: type[_Change] = EntityUpdated
        if getattr(before, "status", None) != getattr(value, "status", None):
            event = EntityStatusChanged
        elif isinstance(value, Fixture) and _assignment(before) != _assignment(value):
            event = EntityAssigned
        return self._published(event, kind, _replace(value, updated_at=at), user_id)

    def deleted(self, kind: str, entity_id: str, user_id: str | None) -> list[JournalledEvent]:
        """Delete an entity with what it contains; the event of a fixture says which topics it was on."""
        known = self._kept[kind].get(entity_id)
        payload = msgspec.to_builtins(known.value) if kind == "fixture" and known is not None else {}
        event = EntityDeleted(entity_type=kind, entity_id=entity_id, payload=payload, user_id=user_id or "")
        self.apply(event)
        return [event]

    def settle(self, tournament_id: str | None, user_id: str | None, at: str) -> list[JournalledEvent]:
        """Give every seat of a tournament to whom it belongs now; return what changed."""
        tournament = self.tournament(tournament_id)
        if tournament is None or tournament.status == "planned":
            return []
        before = {each.fixture_id: each for each in self.fixtures_of(tournament.tournament_id)}
        events: list[JournalledEvent] = []
        for fixture_id, fixture in settled(tournament, list(before.values()), at).items():
            if fixture != before[fixture_id]:
                events += self.changed("fixture", fixture, user_id, at)
        status = status_of(tournament, self.fixtures_of(tournament.tournament_id))
        if status != tournament.status:
            events += self.changed("tournament", _replace(tournament, status=status), user_id, at)
        return events

    def _published(self, kind_of_event: type[_Change], kind: str, value: Any, user_id: str | None) -> list[JournalledEvent]:
        event = kind_of_event(entity_type=kind, entity_id=id_of(value), payload=msgspec.to_builtins(value), user_id=user_id or "")
        self.apply(event)
        return [event]


def id_of(value: Entity) -> str:
    """Return the id of an entity: its first field."""
    return str(getattr(value, value.__struct_fields__[0]))


def _assignment(fixture: Fixture) -> tuple[str | None, ...]:
    return fixture.board_id, fixture.marker_id, fixture.assigned_at
