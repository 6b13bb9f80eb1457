"""Tournaments, lists and fixtures as a fold of events."""

import pytest

from dartd.errors import ConflictError
from dartd.tournament.state import FINISHED_KEPT, Tournaments, id_of
from schemas.events import EntityDeleted, PlayerErased
from tests.support.tournaments import added, drawn_club, make_fixture, make_list, make_tournament


def test_state_is_the_fold_of_its_events() -> None:
    """Folded from the beginning, or taken over, it is the same, versions and all."""
    club = drawn_club("knockout", 5)
    club.begin("f_x_2")
    club.win()
    folded, restored = Tournaments(), Tournaments()
    for event in club.events:
        folded.apply(event)
    restored.take_over(club.state._kept)

    assert folded._kept == restored._kept == club.state._kept


def test_change_counts_up_what_contains_it() -> None:
    """A fixture its list and tournament; an ETag of before is refused."""
    state = Tournaments()
    for kind, value in (("tournament", make_tournament("knockout", 2)), ("list", make_list()), ("fixture", make_fixture(0, 1))):
        state.apply(added(kind, value))

    assert [state._kept[kind][key].version for kind, key in (("tournament", "t1"), ("list", "l1"), ("fixture", "f1"))] == [3, 2, 1]
    assert (state.has("fixture", "f1"), id_of(state.find("list", "l1", version=2)), state.fixture_of_match("m1")) == (True, "l1", None)
    with pytest.raises(ConflictError) as refused:
        state.find("list", "l1", version=1)
    assert refused.value.code == "PRECONDITION_FAILED"
    state.apply(EntityDeleted(entity_type="list", entity_id="l1", user_id="u1"))
    assert (state.fixtures(), state.lists(), len(state.tournaments())) == ([], [], 1)
    state.apply(PlayerErased(player_id="p1", user_id="u1"))


def test_tournaments_that_finished_long_ago_are_forgotten() -> None:
    """The last ones can still be changed by a correction."""
    state = Tournaments()
    for k in range(FINISHED_KEPT + 2):
        finished = make_tournament("knockout", 2, status="finished", tournament_id=f"t{k}", updated_at=f"{k:02}")
        state.apply(added("tournament", finished))

    assert len(state.tournaments()) == FINISHED_KEPT
    with pytest.raises(ConflictError, match="no more"):
        state.find("tournament", "t0")
