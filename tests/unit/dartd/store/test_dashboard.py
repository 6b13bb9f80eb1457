"""Players and names on the dashboard."""

import msgspec
import sqlalchemy as sa

from dartd.store.dashboard import count_fixtures, read_next_tournament, with_readable
from dartd.store.projections.tournaments import PROJECTION
from dartd.store.timestamps import seconds_of_timestamp
from schemas.api.dashboard import Activity, ActivitySide, Dashboard, FixtureCounts, RecentPlayer
from tests.support.projections import follow
from tests.support.tournaments import added, make_fixture, make_tournament


def test_names_of_others_are_left_out() -> None:
    """A side keeps its name only if every player of it may be read; points and legs stay."""
    sides = (
        ActivitySide(player_ids=("ann", "bob"), name="A & B", sets=0, legs=2),
        ActivitySide(player_ids=(), name="Guest", sets=0, legs=1),
    )
    match = Activity(at="2026-11-30T10:00:00.000Z", kind="match_finished", sides=sides)
    visit = Activity(at="2026-11-30T10:00:00.000Z", kind="high_visit", player_id="bob", name="Bob", points=180)
    player = RecentPlayer(player_id="ann", name="Ann", last_played_at=match.at, legs=3, average="50.00")
    whole = Dashboard(
        generated_at=match.at,
        next_tournament=None,
        fixtures_by_status=FixtureCounts(),
        players=(player, msgspec.structs.replace(player, player_id="bob")),
        suggested_formats=(),
        activity=(match, visit),
        boards=(),
        open_alerts=None,
    )
    found = with_readable(whole, ["ann"])

    assert [each.player_id for each in found.players] == ["ann"]
    assert [each.name for each in found.activity[0].sides] == [None, "Guest"]
    assert (found.activity[1].name, found.activity[1].points) == (None, 180)
    assert with_readable(whole, ["ann", "bob"]) == whole


def test_tournament_that_runs_comes_before_those_that_are_planned(core: sa.Connection) -> None:
    """Of those the earliest that is not long over; fixtures of finished tournaments are not counted."""
    at = {"t2": "2026-12-01T20:00:00.000Z", "t3": "2026-11-01T20:00:00.000Z"}
    planned = [make_tournament("knockout", 2, tournament_id=key, starts_at=starts_at) for key, starts_at in at.items()]
    follow(core, PROJECTION, *(added("tournament", each) for each in planned), added("fixture", make_fixture(0, 1, tournament_id="t2")))
    now_s = seconds_of_timestamp("2026-11-30T20:00:00.000Z")
    before, counts = read_next_tournament(core, now_s), count_fixtures(core)
    follow(core, PROJECTION, added("tournament", make_tournament("ladder", 2, status="running")))
    running = read_next_tournament(core, now_s)

    assert [each and each["tournament_id"] for each in (before, running)] == ["t2", "t1"]
    assert counts == FixtureCounts(scheduled=1)
