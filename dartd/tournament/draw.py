"""The draw of a tournament: its lists, and their fixtures with the seats that wait for results."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

from dartd.game.draw import knockout_seats, round_robin
from dartd.game.rules import RulesError
from dartd.tournament.crossing import crossed_seats
from schemas.match import MatchPlayer
from schemas.tournament import Entrant, Fixture, FixtureSide, SeatSource, Stage, Tournament, TournamentList

MOST_ENTRANTS: Final = 128
MOST_FIXTURES: Final = 1000  # of one draw: 32 players twice round robin
FEWEST: Final = {"round_robin": 2, "knockout": 2, "groups_knockout": 4, "ladder": 2}

_Seat = int | SeatSource | None  # an entrant, who it waits for, or a bye


class Drawn(NamedTuple):
    """What a draw gives."""

    lists: list[TournamentList]
    fixtures: list[Fixture]


def check_drawable(tournament: Tournament) -> None:
    """Check that there are entrants enough.

    Raises:
        RulesError: too few or too many; `details["field"]` is the path.
    """
    count, groups = len(tournament.entrants), tournament.groups
    if count < FEWEST[tournament.format]:
        raise RulesError(f"a {tournament.format} needs at least {FEWEST[tournament.format]} entrants", field="$.entrants")
    if tournament.format == "groups_knockout":
        smallest = count // groups
        if smallest < max(2, tournament.advance):
            raise RulesError(f"{groups} groups of {count} entrants are too small for {tournament.advance} to advance", field="$.groups")
        if groups * tournament.advance < 2:
            raise RulesError("a knockout needs at least two players", field="$.advance")
    if tournament.format in {"round_robin", "groups_knockout"}:
        sizes = [len(each) for each in groups_of(range(count), 1 if tournament.format == "round_robin" else groups)]
        fixtures = sum(size * (size - 1) // 2 for size in sizes) * (2 if tournament.double_round else 1)
        if fixtures > MOST_FIXTURES:
            raise RulesError(f"{fixtures} fixtures are too many, {MOST_FIXTURES} is the limit: make more groups", field="$.groups")


def groups_of(order: Sequence[int], groups: int) -> list[list[int]]:
    """Return entrants, the best first, in groups of equal strength: dealt out forwards, then backwards (1 2 3 4, 8 7 6 5, …)."""
    dealt: list[list[int]] = [[] for _ in range(groups)]
    for at, entrant in enumerate(order):
        row, column = divmod(at, groups)
        dealt[column if row % 2 == 0 else groups - 1 - column].append(entrant)
    return dealt


def draw(tournament: Tournament, order: Sequence[int], prefix: str, at: str) -> Drawn:
    """Return lists and fixtures of a tournament; `order` has the indices of its entrants, the best first.

    Raises:
        RulesError: there are too few or too many entrants.
    """
    check_drawable(tournament)
    drawing = _Drawing(tournament, prefix, at)
    match tournament.format:
        case "round_robin":
            for number, pairs in enumerate(round_robin(len(order), twice=tournament.double_round), 1):
                drawing.add_list(f"Round {number}", "round")
                for one, other in pairs:
                    drawing.add_fixture((order[one], order[other]), "group", number, group=1)
        case "knockout":
            drawing.add_knockout(
                [(order[one - 1], None if other is None else order[other - 1]) for one, other in knockout_seats(len(order))], 1
            )
        case "groups_knockout":
            _draw_groups(drawing, tournament, order)
        case "ladder":
            drawing.add_list("Ladder", "round")
    return drawing.drawn


def _draw_groups(drawing: "_Drawing", tournament: Tournament, order: Sequence[int]) -> None:
    rounds = 0
    for number, members in enumerate(groups_of(order, tournament.groups), 1):
        drawing.add_list(f"Group {letter(number)}", "group")
        found = round_robin(len(members), twice=tournament.double_round)
        rounds = max(rounds, len(found))
        for round_number, pairs in enumerate(found, 1):
            for one, other in pairs:
                drawing.add_fixture((members[one], members[other]), "group", round_number, group=number)
    crossed = crossed_seats(tournament.groups, tournament.advance)
    drawing.add_knockout([(_rank(*one), None if other is None else _rank(*other)) for one, other in crossed], rounds + 1)


def letter(group: int) -> str:
    """Return the name of a group from its number: A to Z, then numbers."""
    return chr(ord("A") + group - 1) if group <= 26 else str(group)


def _rank(group: int, rank: int) -> SeatSource:
    return SeatSource(takes="rank", group=group + 1, rank=rank)


class _Drawing:
    """Lists and fixtures as they are added."""

    def __init__(self, tournament: Tournament, prefix: str, at: str) -> None:
        self._tournament = tournament
        self._prefix = prefix
        self._at = at
        self.drawn = Drawn([], [])

    def add_list(self, name: str, kind: str) -> None:
        position = len(self.drawn.lists) + 1
        self.drawn.lists.append(
            msgspec.convert(
                {
                    "list_id": f"l_{self._prefix}_{position}",
                    "name": name,
                    "type": kind,
                    "tournament_id": self._tournament.tournament_id,
                    "position": position,
                    "created_at": self._at,
                    "updated_at": self._at,
                },
                TournamentList,
            )
        )

    def add_fixture(self, seats: tuple[_Seat, _Seat], stage: Stage, round_number: int, *, group: int | None = None) -> Fixture:
        position = len(self.drawn.fixtures) + 1
        fixture = Fixture(
            fixture_id=f"f_{self._prefix}_{position}",
            list_id=self.drawn.lists[-1].list_id,
            tournament_id=self._tournament.tournament_id,
            sides=tuple(self._side(number, seat) for number, seat in enumerate(seats)),
            stage=stage,
            round=round_number,
            group=group,
            position=position,
            created_at=self._at,
            updated_at=self._at,
        )
        self.drawn.fixtures.append(fixture)
        return fixture

    def add_knockout(self, seats: Sequence[tuple[_Seat, _Seat]], first_round: int) -> None:
        """Add all rounds of a knockout; with a third place its fixture comes before the final."""
        round_number = first_round
        while True:
            last = len(seats) == 1
            if last and self._tournament.third_place and round_number > first_round:
                self.add_list("Third place", "round")
                semis = [seat.fixture_id for seat in seats[0] if isinstance(seat, SeatSource)]
                one, other = (SeatSource(takes="loser", fixture_id=each) for each in semis)
                self.add_fixture((one, other), "third_place", round_number)
            self.add_list(round_name(len(seats)), "round")
            played = [self.add_fixture(pair, "knockout", round_number) for pair in seats]
            if last:
                return
            won = [SeatSource(takes="winner", fixture_id=each.fixture_id) for each in played]
            seats, round_number = list(zip(won[::2], won[1::2], strict=True)), round_number + 1

    def _side(self, number: int, seat: _Seat) -> FixtureSide:
        if seat is None:
            return FixtureSide(side=number, bye=True)
        if isinstance(seat, SeatSource):
            return FixtureSide(side=number, source=seat)
        return seated(FixtureSide(side=number), seat, self._tournament.entrants)


def seated(side: FixtureSide, entrant: int, entrants: Sequence[Entrant]) -> FixtureSide:
    """Return a side with an entrant on it."""
    who = entrants[entrant]
    player = MatchPlayer(player_id=who.player_id, name=None if who.player_id else who.name)
    return msgspec.structs.replace(side, entrant=entrant, players=(player,), name=None if who.player_id else who.name, bye=False)


def round_name(fixtures: int) -> str:
    """Return the name of a round of a knockout of so many fixtures."""
    return {1: "Final", 2: "Semi-finals", 4: "Quarter-finals"}.get(fixtures, f"Last {2 * fixtures}")
