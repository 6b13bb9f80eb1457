"""A tournament in figures."""

from collections.abc import Sequence

from dartd.tournament.draw import letter
from dartd.tournament.table import RankedEntrant, knockout_table, standings
from schemas.tournament import EntrantSummary, Fixture, StandingRow, Tournament, TournamentSummary

_PLACES = 4  # of a knockout that are shown: those who played the final, and the semi-finals


def summary_of(tournament: Tournament, fixtures: Sequence[Fixture]) -> TournamentSummary:
    """Return fixtures by status of each entrant, the tables, and who won once the tournament is finished."""
    found = standings(tournament, fixtures)
    return TournamentSummary(
        tournament_id=tournament.tournament_id,
        entrants=tuple(_entrant(tournament, fixtures, each) for each in range(len(tournament.entrants))),
        standings=tuple(_row(tournament, each) for each in found),
        places=_places(tournament, fixtures, found) if tournament.status == "finished" else (),
    )


def _entrant(tournament: Tournament, fixtures: Sequence[Fixture], entrant: int) -> EntrantSummary:
    statuses = [each.status for each in fixtures if any(side.entrant == entrant for side in each.sides)]
    who = tournament.entrants[entrant]
    return EntrantSummary(
        player_id=who.player_id,
        name=who.name,
        seed=who.seed,
        withdrawn=who.withdrawn,
        scheduled=statuses.count("scheduled"),
        called=statuses.count("called"),
        playing=statuses.count("playing"),
        finished=statuses.count("finished"),
    )


def _places(tournament: Tournament, fixtures: Sequence[Fixture], found: Sequence[RankedEntrant]) -> tuple[StandingRow, ...]:
    last = knockout_table(tournament, fixtures) if tournament.format == "groups_knockout" else found
    return tuple(_row(tournament, each) for each in last if each.row.rank <= _PLACES)


def _row(tournament: Tournament, standing: RankedEntrant) -> StandingRow:
    who, row = tournament.entrants[standing.entrant], standing.row
    figures = {name: getattr(row, name) for name in row.__struct_fields__ if name != "player"}
    group = None if standing.group is None else letter(standing.group)
    return StandingRow(player_id=who.player_id, name=who.name, group=group, **figures)
