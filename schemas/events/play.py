"""Events of matches: what was asked, whose turn it is, and what visits, legs, sets and matches came to."""

from typing import Any, Literal

import msgspec

from schemas.base import Event, Value
from schemas.match import MatchLeg, MatchSide, MatchState, MatchStatus, MatchTurn
from schemas.match_commands import MatchCommand
from schemas.tournament import FixtureResult, ReportedStatus


class MatchCommanded(Event, tag="match_command", frozen=True, kw_only=True):
    """A person's command to a match was carried out; with the darts of the board it is all that a match is computed from."""

    match_id: str
    command: MatchCommand


class MatchStateChanged(Event, tag="match_state_changed", frozen=True, kw_only=True):
    """A match has another status; `previous_status` is null for a new one."""

    match_id: str
    status: MatchStatus
    previous_status: MatchStatus | None
    reason: str
    started_at: str | None = None


class TurnChanged(Event, tag="turn_changed", frozen=True, kw_only=True):
    """A dart was counted, or another side is on."""

    match_id: str
    turn: MatchTurn | None
    sides: tuple[MatchSide, ...]


class VisitScored(Event, tag="visit_scored", frozen=True, kw_only=True):
    """A visit was closed. `score` is what its side has now; `marks_scored` and `closed` are of Cricket.

    `visit` counts from 1 within the leg over all sides; null in events of earlier versions.
    """

    match_id: str
    side: int
    player_id: str | None
    set: int
    leg: int
    round: int
    visit: int | None = None
    darts: tuple[str, ...]
    points: int
    thrown_points: int
    bust: bool
    score: dict[str, Any]
    marks_scored: int | None = None
    closed: tuple[int, ...] | None = None


class LegFinished(Event, tag="leg_finished", frozen=True, kw_only=True):
    """A leg was decided."""

    match_id: str
    set: int
    leg: int
    starter: int
    winner: int | None
    end: str
    darts: tuple[int, ...]
    checkout: int | None
    sides: tuple[MatchSide, ...]


class LegReopened(Event, tag="leg_reopened", frozen=True, kw_only=True):
    """A leg that was decided is not any more: a dart of it was undone, corrected, or fell out."""

    match_id: str
    set: int
    leg: int


class LegSigned(Event, tag="leg_signed", frozen=True, kw_only=True):
    """A leg was signed, so that its darts stand, or its signature was taken back."""

    match_id: str
    set: int
    leg: int
    signed: bool


class SetFinished(Event, tag="set_finished", frozen=True, kw_only=True):
    """A set was decided."""

    match_id: str
    set: int
    winner: int | None
    sides: tuple[MatchSide, ...]


class MatchFinished(Event, tag="match_finished", frozen=True, kw_only=True):
    """The match was decided."""

    match_id: str
    winner: int | None
    draw: bool
    sides: tuple[MatchSide, ...]


class RoundData(Value, frozen=True, kw_only=True):
    """When a round began, and how many come after it; null without a limit."""

    started_at: str | None = None
    rounds_remaining: int | None = None


class RoundChanged(Event, tag="round_changed", frozen=True, kw_only=True):
    """The next round of a leg begins: every side has had its visit."""

    match_id: str
    old_round: int
    new_round: int
    data: RoundData


class RevisedVisit(Value, frozen=True, kw_only=True):
    """A visit with other darts or another outcome; `visit` counts from 1 within the leg over all sides. Null points: it is no more."""

    set: int
    leg: int
    visit: int
    side: int
    darts: tuple[str, ...] = ()
    points: int | None
    bust: bool = False


class TurnRevised(Event, tag="turn_revised", frozen=True, kw_only=True):
    """Darts were undone, redone or corrected: visits that changed, the turn, and all finished legs as they are now."""

    match_id: str
    changed: tuple[RevisedVisit, ...]
    turn: MatchTurn | None
    sides: tuple[MatchSide, ...]
    legs: tuple[MatchLeg, ...] = ()


class PlayedVisit(Value, frozen=True, kw_only=True):
    """A visit of a leg: points, the darts that averages count, the beds of counted darts, and the ids of those that cameras saw."""

    points: int
    darts: int
    beds: tuple[str, ...] = ()
    dart_ids: tuple[str, ...] = ()


class PlayedLeg(Value, frozen=True, kw_only=True):
    """What a player did in a leg: its figures as integers (those that are 0 are left out), and its closed visits.

    Set 0 and leg 0 stand for the match itself: sets and matches, played and won. `thrower` counts the players of the side from 0.
    `targets`: darts at known targets. `counts` is null when the leg does not count any more: it was undone.
    """

    set: int
    leg: int
    side: int
    thrower: int
    game: str
    finished: bool = False
    counts: dict[str, Any] | None = None
    targets: dict[str, dict[str, int]] = msgspec.field(default_factory=dict)
    visits: tuple[PlayedVisit, ...] = ()


class StatisticsUpdated(Event, tag="statistics_updated", frozen=True, kw_only=True):
    """The statistics of a player have changed, by a visit or a correction. `figures` are those of the match so far, `legs` what changed.

    `played_at`: when it was played, if that was not now.
    """

    player_id: str
    match_id: str
    reason: Literal["visit", "correction"]
    figures: dict[str, Any]
    legs: tuple[PlayedLeg, ...] = ()
    played_at: str | None = None


class MatchImported(Event, tag="match_imported", frozen=True, kw_only=True):
    """A match that was played elsewhere was imported, with what it came to."""

    match_id: str
    match: MatchState


class FixtureReported(Event, tag="fixture_reported", frozen=True, kw_only=True):
    """A match that plays a fixture of another board of the venue, `host_id`, began, was decided (again after corrections) or given up."""

    match_id: str
    host_id: str
    fixture_id: str
    status: ReportedStatus
    result: FixtureResult | None = None


PlayEvent = (
    MatchCommanded
    | MatchStateChanged
    | TurnChanged
    | VisitScored
    | LegFinished
    | LegReopened
    | LegSigned
    | SetFinished
    | MatchFinished
    | RoundChanged
    | TurnRevised
    | StatisticsUpdated
    | MatchImported
    | FixtureReported
)
