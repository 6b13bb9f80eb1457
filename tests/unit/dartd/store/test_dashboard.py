"""Players and names on the dashboard."""

import msgspec

from dartd.store.dashboard import with_readable
from schemas.api.dashboard import Activity, ActivitySide, Dashboard, FixtureCounts, RecentPlayer


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
