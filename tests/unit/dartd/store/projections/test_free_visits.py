"""The visits at the board that belong to no match."""

import sqlalchemy as sa

from dartd.store.projections import player_legs, throws
from dartd.store.tables import free_visits, visits
from schemas.base import VisitId
from schemas.events import JournalledEvent, PlayerErased, PlayerMerged, VisitCompleted, VisitThrow
from tests.support.play import Table, create
from tests.support.projections import follow


def visit(visit_id: str, points: int, player_id: str | None = "ann", *, revised: bool = False) -> VisitCompleted:
    """Return a visit of a single dart that is worth something."""
    thrown = (VisitThrow(dart_number=1, dart_id=None, label=f"S{points}", points=points),)
    return VisitCompleted(visit_id=VisitId(visit_id), throws=thrown, total=points, reason="takeout", player_id=player_id, revised=revised)


def fold(connection: sa.Connection, *events: JournalledEvent, first: int = 1) -> list[tuple[object, ...]]:
    """Fold events; return visit, player and total of each visit of no match."""
    for projection in (throws.PROJECTION, player_legs.PROJECTION):
        follow(connection, projection, *events, first=first)
    columns = (free_visits.c.visit_id, free_visits.c.player_id, free_visits.c.total)
    return [tuple(row) for row in connection.execute(sa.select(*columns).order_by(free_visits.c.visit_id))]


def test_visits_as_they_stand(core: sa.Connection) -> None:
    """Of players alone; a revised one has its last total."""
    found = fold(core, visit("v1", 5), visit("v2", 6, None), visit("v3", 7), visit("v1", 9, revised=True))

    assert found == [("v1", "ann", 9), ("v3", "ann", 7)]


def test_visits_of_a_match_are_not_among_them(core: sa.Connection) -> None:
    """Whether the match was counted before the visit ended or after."""
    table = Table()
    table.give(create(start=180))
    table.visit("S20 S20 S20")
    table.visit("S20 S20 S19")
    before, *after = (visit(f"main-v{number:06d}", 20) for number in (1, 2))
    found = fold(core, before, *table.journal, *after, visit("v9", 5))

    assert core.scalar(sa.select(sa.func.count()).select_from(visits)) == 3
    assert found == [("v9", "ann", 5)]


def test_players_who_are_no_more(core: sa.Connection) -> None:
    """A merged player has the visits of both, and an erased one has none."""
    merged, erased = PlayerMerged(player_id="bob", into_player_id="eve", user_id="u"), PlayerErased(player_id="ann", user_id="u")

    assert fold(core, visit("v1", 5), visit("v2", 6, "bob"), visit("v3", 7, "eve"), merged, erased) == [("v2", "eve", 6), ("v3", "eve", 7)]
