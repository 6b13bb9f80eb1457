"""The table of matches."""

import sqlalchemy as sa

from dartd.store.listing import PageRequest
from dartd.store.projections.matches import PROJECTION, get_match, list_matches, state_in
from schemas.events import EntityAdded, PlayerErased, PlayerMerged
from schemas.match_commands import DeleteMatch, StepMatch, ThrowByHand, UndoDarts
from tests.support.play import AT, Table, create
from tests.support.projections import follow


def ids(connection: sa.Connection, player_id: str | None = None, **where: str) -> list[str]:
    """Return the matches of a list."""
    return [row.match_id for row in list_matches(connection, PageRequest(), where, player_id).rows]


def test_a_match_from_its_events(core: sa.Connection) -> None:
    """What it is, who won, and when it ended; undone it has not ended."""
    table = Table()
    table.give(create(start=40, legs=1))
    table.give(ThrowByHand(match_id="m1", darts=("D20",)))
    follow(core, PROJECTION, *table.journal)
    won = state_in(get_match(core, "m1"))
    seen = len(table.journal)
    table.give(UndoDarts(match_id="m1"))
    follow(core, PROJECTION, *table.journal[seen:], first=seen + 1)
    undone = state_in(get_match(core, "m1"))

    assert (won.status, won.winner, won.legs[0].end, won.started_at) == ("finished", 0, "checkout", AT)
    assert won.finished_at is not None
    assert (undone.status, undone.winner, undone.legs, undone.finished_at) == ("running", None, (), None)


def test_lists_of_matches(core: sa.Connection) -> None:
    """By player, board, game and status, the latest first; a deleted one is in none."""
    table = Table()
    table.give(create("m1", players=("ann",)))
    table.give(create("m2", players=("ann", "bob"), board=False))
    table.give(create("m3", players=("bob",), board=False))
    table.give(StepMatch(match_id="m2", step="stop", at=AT))
    table.give(DeleteMatch(match_id="m3"))
    follow(core, PROJECTION, *table.journal)

    assert (ids(core), ids(core, "bob"), ids(core, "eve")) == (["m2", "m1"], ["m2"], [])
    assert (ids(core, status="stopped"), ids(core, board_id="main"), ids(core, game="cricket")) == (["m2"], ["m1"], [])


def test_players_are_merged_and_erased(core: sa.Connection) -> None:
    """A match of two who are one has that one twice; of an erased person nothing is left; other entities are no matches."""
    table = Table()
    table.give(create(players=("ann", "bob")))
    other = EntityAdded(entity_type="player", entity_id="p", payload={"name": "x"}, user_id="u")
    follow(core, PROJECTION, *table.journal, other)
    follow(core, PROJECTION, PlayerMerged(player_id="bob", into_player_id="ann", user_id="u"))
    merged = state_in(get_match(core, "m1"))
    follow(core, PROJECTION, PlayerErased(player_id="ann", user_id="u"))
    erased = state_in(get_match(core, "m1"))

    assert [side.players[0].player_id for side in merged.sides] == ["ann", "ann"]
    assert (ids(core, "ann"), erased.turn is not None and erased.turn.player_id) == ([], None)
