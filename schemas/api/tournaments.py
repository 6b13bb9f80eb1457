"""Tournaments, lists and fixtures: what is sent to add and change them. The answers are those of `schemas.tournament`."""

from typing import Annotated, Any, Literal

from msgspec import Meta

from schemas.api.answers import UNSEEN, Id, ListQuery, Moment, Text
from schemas.api.changes import changes_of
from schemas.api.matches import NewSide
from schemas.base import Value
from schemas.match import RULES
from schemas.tournament import (
    Fixture,
    FixtureStatus,
    ListType,
    TieBreak,
    Tournament,
    TournamentBoard,
    TournamentFormat,
    TournamentList,
    TournamentStatus,
    TournamentSummary,
)

Description = Annotated[
    str, Meta(max_length=2000, pattern=rf"^(?:[^{UNSEEN}]|\n)*\Z", description="up to 2000 characters that can be seen")
]
Legs = Annotated[int, Meta(ge=1, le=99)]
Rules = Annotated[dict[str, Any], Meta(description='such as {"game": "x01", "start": 501}', extra_json_schema=RULES)]


class NewEntrant(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """An entrant: the id of a profile, or the name of a guest; seed 1 is the best."""

    player_id: Id | None = None
    name: Text | None = None
    seed: Annotated[int, Meta(ge=1, le=1000)] | None = None


class NewTournament(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A new tournament. Its fixtures are played by `rules` or those of `format_id` (501 without either), first to `legs_to_win` legs.

    `groups` and `advance` (how many of each group go on) belong to `groups_knockout`. `tie_breaks` is the order in which equal players
    are separated. With `void_withdrawn` the results of a player who withdraws before half of the group was played do not count.
    """

    tournament_id: Id | None = None
    name: Text
    format: TournamentFormat
    description: Description | None = None
    starts_at: Moment | None = None
    rules: Rules | None = None
    format_id: Id | None = None
    legs_to_win: Legs | None = None
    entrants: Annotated[tuple[NewEntrant, ...], Meta(max_length=128)] = ()
    groups: Annotated[int, Meta(ge=1, le=32)] = 1
    advance: Annotated[int, Meta(ge=1, le=16)] = 2
    third_place: bool = False
    double_round: bool = False
    tie_breaks: Annotated[tuple[TieBreak, ...], Meta(min_length=1, max_length=5)] = (
        "points", "leg_difference", "head_to_head", "legs_for", "average",
    )  # fmt: skip
    void_withdrawn: bool = True


TournamentChange = changes_of(NewTournament, "TournamentChange", fixed={"tournament_id"})


class TournamentDetail(Tournament, frozen=True, kw_only=True):
    """A tournament with its figures."""

    summary: TournamentSummary


class TournamentsQuery(ListQuery, frozen=True, kw_only=True):
    """Filters and sort order of tournaments."""

    sort: Literal["created_at", "-created_at", "name", "-name", "updated_at", "-updated_at"] = "-created_at"
    status: TournamentStatus | None = None
    format: TournamentFormat | None = None


class DrawOptions(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """How a tournament is drawn: entrants without a seed come behind the others, in their order or (`shuffle`) by lot."""

    shuffle: bool = False


class Withdrawal(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """An entrant who withdraws: the id of the profile, or the name of the guest."""

    player_id: Id | None = None
    name: Text | None = None


class NewList(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A new list of fixtures."""

    list_id: Id | None = None
    name: Text
    type: ListType
    tournament_id: Id | None = None
    player_id: Id | None = None
    position: Annotated[int, Meta(ge=0, le=10_000)] = 0


ListChange = changes_of(NewList, "ListChange", fixed={"list_id", "tournament_id"})


class ListDetail(TournamentList, frozen=True, kw_only=True):
    """A list with its fixtures in their order."""

    items: tuple[Fixture, ...]


class ListsQuery(ListQuery, frozen=True, kw_only=True):
    """Filters and sort order of lists."""

    sort: Literal["position", "-position", "created_at", "-created_at", "name", "-name"] = "position"
    type: ListType | None = None
    player_id: Id | None = None
    tournament_id: Id | None = None


class NewFixture(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A new fixture of a list: sides as in a match. In a tournament it is a challenge of the ladder, or a play-off."""

    fixture_id: Id | None = None
    sides: Annotated[tuple[NewSide, ...], Meta(min_length=1, max_length=8)]
    rules: Rules | None = None
    format_id: Id | None = None
    legs_to_win: Legs | None = None


FixtureChange = changes_of(NewFixture, "FixtureChange", fixed={"fixture_id"})


class ItemsQuery(ListQuery, frozen=True, kw_only=True):
    """The order of the fixtures of a list."""

    sort: Literal["position", "-position"] = "position"
    status: FixtureStatus | None = None


class FixturesQuery(ListQuery, frozen=True, kw_only=True):
    """Filters and sort order of fixtures."""

    sort: Literal["position", "-position", "created_at", "-created_at"] = "position"
    status: FixtureStatus | None = None
    tournament_id: Id | None = None
    list_id: Id | None = None
    board_id: Id | None = None
    match_id: Id | None = None


class TournamentBoards(Value, frozen=True, kw_only=True):
    """The boards at which fixtures can be played, this one first, then by id."""

    boards: tuple[TournamentBoard, ...]


class FixtureStep(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The next status of a fixture, or the one before; `playing` begins its match.

    `finished` with `winner` (0 or 1) gives a walkover; otherwise a fixture is finished by its match.
    """

    status: FixtureStatus
    winner: Annotated[int, Meta(ge=0, le=7)] | None = None


class FixtureAssignment(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The board at which a fixture is played, and who keeps the score; null takes it away."""

    board_id: Id | None = None
    marker_id: Id | None = None


class BoardAssignment(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A board that is free, and who keeps the score there."""

    board_id: Id
    marker_id: Id | None = None
