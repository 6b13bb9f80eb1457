"""The tables of tournaments, lists and fixtures."""

import sqlalchemy as sa

from dartd.store.projections.tournaments import PROJECTION, TABLES, changeable, fixtures_in, get_value, value_of
from dartd.tournament.state import FINISHED_KEPT, Tournaments
from schemas.events import EntityAdded, EntityDeleted, PlayerErased, PlayerMerged
from schemas.match import MatchPlayer
from schemas.tournament import FixtureSide
from schemas.tournament_commands import AssignNext, DeleteTournament, StepFixture, WithdrawEntrant
from tests.support.projections import follow
from tests.support.tournaments import AT, added, drawn_club, make_fixture, make_list, make_tournament


def test_tables_are_what_the_deciders_know(core: sa.Connection) -> None:
    """Each value and its version, after a draw, matches, a walkover, a withdrawal and an assignment."""
    club = drawn_club("groups_knockout", 8, groups=2, third_place=True)
    club.begin("f_x_1", "m1", "main")
    club.win("m1")
    club.give(
        StepFixture(fixture_id="f_x_2", status="finished", winner=1, at=AT),
        StepFixture(fixture_id="f_x_4", status="called", at=AT),
        AssignNext(tournament_id="t1", board_id="b2", at=AT),
        WithdrawEntrant(tournament_id="t1", name="P7", at=AT),
    )
    follow(core, PROJECTION, *club.events)
    for kind, table in TABLES.items():
        rows = {row[0]: (value_of(kind, row), row.version) for row in core.execute(sa.select(table))}
        assert rows == {key: tuple(each) for key, each in club.state._kept[kind].items()}
    assert changeable(core) == club.state._kept

    assert len(fixtures_in(core, tournament_id="t1")) == 16
    assert [each.position for each in fixtures_in(core, list_id="l_x_1")] == [1, 2, 3, 4, 5, 6]
    follow(core, PROJECTION, *club.give(DeleteTournament(tournament_id="t1", at=AT)))
    assert [core.execute(sa.select(table)).first() for table in TABLES.values()] == [None] * 3


def test_players_who_become_others_do_so_in_fixtures(core: sa.Connection) -> None:
    """Merged, then erased; a fixture that is deleted is no more."""
    fixture = make_fixture(sides=(FixtureSide(side=0, players=(MatchPlayer(player_id="p1"),)),))
    follow(core, PROJECTION, added("fixture", fixture), PlayerMerged(player_id="p1", into_player_id="p2", user_id="u1"))
    merged = get_value(core, "fixture", "f1")
    follow(core, PROJECTION, PlayerErased(player_id="p2", user_id="u1"))
    erased = get_value(core, "fixture", "f1")
    follow(core, PROJECTION, EntityDeleted(entity_type="fixture", entity_id="f1", user_id="u1"))

    assert merged.sides[0].players == (MatchPlayer(player_id="p2"),)
    assert erased.sides[0].players == (MatchPlayer(name="?"),)
    assert get_value(core, "fixture", "f1") is None


def test_what_finished_long_ago_can_change_no_more(core: sa.Connection) -> None:
    """Of the finished tournaments the last ones can, with their lists; open ones and what has no tournament always can."""
    state = Tournaments()
    events: list[EntityAdded] = []
    for k in range(FINISHED_KEPT + 3):
        status = "planned" if k == 0 else "finished"
        tournament = make_tournament("knockout", 2, status=status, tournament_id=f"t{k:02}", updated_at=f"2026-11-{k + 1:02}T20:00:00.000Z")
        of_it = make_list(list_id=f"l{k:02}", tournament_id=tournament.tournament_id)
        fixture = make_fixture(0, 1, fixture_id=f"f{k:02}", list_id=of_it.list_id, tournament_id=tournament.tournament_id)
        events += [added("tournament", tournament), added("list", of_it), added("fixture", fixture)]
    events += [
        added("list", make_list(list_id="queue", tournament_id=None)),
        added("fixture", make_fixture(0, 1, list_id="queue", tournament_id=None)),
    ]
    for event in events:
        state.apply(event)
    follow(core, PROJECTION, *events)
    found = changeable(core)

    assert [len(found[kind]) for kind in TABLES] == [FINISHED_KEPT + 1, FINISHED_KEPT + 2, FINISHED_KEPT + 2]
    assert found == state._kept
