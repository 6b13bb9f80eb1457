"""Fixtures at the boards of a venue, whatever happens in which order: no one plays at two boards, and a result counts once."""

import contextlib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dartd.errors import CommandRefusedError
from dartd.tournament.boards import AssignBoard, moves_of
from dartd.tournament.queue import players_of
from dartd.tournament.steps import is_at_play
from schemas.match_commands import CreateMatch
from schemas.tournament import FixtureResult
from schemas.tournament_commands import AssignFixture, AssignNext, CreateList, StepFixture, TakeReport
from tests.support.tournaments import AT, Club, drawn_club, make_list

_BOARDS = ("b1", "b2", "b3")
_FIXTURES = [f"f_x_{k}" for k in range(1, 8)]  # of eight players: four, two, one
_which = st.integers(0, len(_FIXTURES) - 1)
_ACTIONS = st.one_of(
    st.tuples(st.just("look"), st.sets(st.sampled_from(_BOARDS))),
    st.tuples(st.just("report"), _which, st.sampled_from(["playing", "finished", "abandoned"]), st.sampled_from([0, 1]), st.booleans()),
    st.tuples(st.just("back"), _which),
    st.tuples(st.just("walkover"), _which, st.sampled_from([0, 1])),
    st.tuples(st.just("refuse"), _which),
    st.tuples(st.just("call"), _which),
)


class _Hall:
    """A tournament of eight with three boards; `asked` are all matches that were ever asked for, by fixture."""

    def __init__(self) -> None:
        self.club: Club = drawn_club("knockout", 8)
        for board_id in _BOARDS:
            self.give(CreateList(list=make_list(list_id=board_id, name=board_id, type="board_queue"), at=AT))
        self.asked: dict[str, list[str]] = {}
        self.count = 0

    def give(self, command: Any) -> int | None:
        """Give a command; return how many events it had, None if it was refused."""
        with contextlib.suppress(CommandRefusedError):
            return len(self.club.give(command))
        return None

    def look(self, usable: set[str]) -> None:
        """Do what the shell does with what is to be done."""
        queues = [each for each in self.club.state.lists() if each.type == "board_queue"]
        fixtures = [each for each in self.club.state.fixtures() if each.status in {"called", "playing"}]
        moves = moves_of(queues, fixtures, usable)
        boards = [each.board_id if isinstance(each, AssignBoard) else each.fixture.board_id for each in moves]
        assert len(boards) == len(set(boards))
        assert set(boards) <= usable
        for move in moves:
            if isinstance(move, AssignBoard):
                assert self.give(AssignNext(tournament_id=move.tournament_id, board_id=move.board_id, at=AT))
                continue
            self.count += 1
            match = CreateMatch(match_id=f"m{self.count}", rules={}, format={}, sides=(), at=AT)
            fixture_id = move.fixture.fixture_id
            assert self.give(StepFixture(fixture_id=fixture_id, status="playing", match=match, elsewhere=True, at=AT))
            self.asked.setdefault(fixture_id, []).append(match.match_id)

    def report(self, fixture_id: str, status: Any, winner: int, *, is_old: bool) -> None:
        """Have a board report twice about the last match that it was asked for, or about the first."""
        known = self.asked.get(fixture_id)
        if not known:
            return
        before = self.club.fixture(fixture_id)
        match_id = known[0 if is_old else -1]
        result = FixtureResult(winner=winner, legs=(2, 1)) if status == "finished" else None
        report = TakeReport(fixture_id=fixture_id, match_id=match_id, status=status, result=result, at=AT)
        taken = self.give(report)
        after = self.club.fixture(fixture_id)
        if match_id != before.match_id or before.walkover:
            assert taken is None
        if taken is None:
            assert after == before
        elif status == "finished":
            assert (after.status, after.result) == ("finished", result)
        assert not self.give(report)  # none, or refused as late

    def check(self) -> None:
        """Check what must be true at any time."""
        at_play = [each for each in self.club.state.fixtures() if is_at_play(each)]
        players = [player for each in at_play for player in players_of(each)]
        assert len(players) == len(set(players))
        boards = [each.board_id for each in at_play]
        assert len(boards) == len(set(boards))
        for each in self.club.state.fixtures():
            assert each.match_id is None or each.match_id in self.asked[each.fixture_id]
            assert (each.status == "finished") == (each.result is not None)


@given(st.lists(_ACTIONS, max_size=60))
def test_no_player_is_at_two_boards_and_a_result_counts_once(actions: list[tuple[Any, ...]]) -> None:
    """Boards come free and ask, report what is old, twice or late; fixtures are taken back and decided by hand."""
    hall = _Hall()
    for action in actions:
        fixture_id = _FIXTURES[action[1]] if isinstance(action[1], int) else ""
        match action:
            case "look", set() as usable:
                hall.look(usable)
            case "report", _, status, winner, is_old:
                hall.report(fixture_id, status, winner, is_old=is_old)
            case "back", _:
                hall.give(AssignFixture(fixture_id=fixture_id, board_id=None, at=AT))
                hall.give(StepFixture(fixture_id=fixture_id, status="called", at=AT))
            case "walkover", _, winner:
                hall.give(StepFixture(fixture_id=fixture_id, status="finished", winner=winner, at=AT))
            case "refuse", _:
                match_id = hall.asked.get(fixture_id, ["none"])[-1]
                hall.give(AssignFixture(fixture_id=fixture_id, board_id=None, if_match_id=match_id, at=AT))
            case "call", _:
                hall.give(StepFixture(fixture_id=fixture_id, status="called", at=AT))
        hall.check()
