"""Active and idle time within a stretch of time."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from dartd.play.session import CHANGES_KEPT, OpenSession
from dartd.store.session_times import Times, add_times, milliseconds, most_at_one_time, timed
from dartd.store.timestamps import timestamp_of
from schemas.session import Session, TimelineEntry


def session_of(gaps_ms: list[int], idle_ms: int = 60_000, began_ms: int = 0, *, closed: bool = True) -> Session:
    """Return the session of darts with these gaps, as the decider of sessions makes it."""
    own = OpenSession.begin("s", "ann", began_ms)
    for gap_ms in gaps_ms:
        at_ms = own.last_ms + gap_ms
        if own.state == "active" and own.is_idle_at(at_ms, idle_ms):
            own.idle()
        own.touch(at_ms)
    if closed:
        own.close()
    active_ms, rest_ms = own.totals_at(own.last_ms)
    return Session(
        session_id="s",
        player_id="ann",
        board_id="main",
        entry_time=timestamp_of(own.entry_ms / 1000),
        exit_time=timestamp_of(own.last_ms / 1000) if closed else None,
        duration_seconds=(active_ms + rest_ms) / 1000,
        total_active_seconds=active_ms / 1000,
        total_idle_seconds=rest_ms / 1000,
        state=own.state,
        timeline=tuple(
            TimelineEntry(timestamp=timestamp_of(each.at_ms / 1000), event=each.event, state=each.state, duration=each.lasted_ms / 1000)
            for each in own.changes
        ),
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 200_000), max_size=30), st.lists(st.integers(-1000, 3_000_000), max_size=4), st.booleans())
def test_parts_add_up_to_the_session(gaps_ms: list[int], cuts: list[int], closed: bool) -> None:  # noqa: FBT001 - drawn
    """However time is cut, active and idle milliseconds of the parts are exactly those of the session."""
    session = timed(session_of(gaps_ms, closed=closed))
    moments = [-1000, *sorted(cuts), 10_000_000]

    parts = [session.within(began, ended) for began, ended in pairwise(moments)]

    assert add_times(parts) == session.totals
    assert session.totals.active_ms == sum(gap for gap in gaps_ms if gap <= 60_000)


def test_a_very_long_timeline_has_its_totals() -> None:
    """Changes that were left out are missing in parts of it only."""
    session = timed(session_of([70_000, 10] * CHANGES_KEPT))
    end_ms = session.ended_ms

    assert session.within(0, end_ms) == session.totals
    assert session.within(end_ms - 70_010, end_ms - 10) == Times(0, 70_000)


def test_the_share_is_of_active_time() -> None:
    """Rounded to four digits; nothing has no share."""
    assert (Times(1, 2).share, Times().share) == (0.3333, None)


def test_most_sessions_at_one_time() -> None:
    """Within the stretch alone; a session follows another without being there at the same time."""
    sessions = [timed(session_of([30_000], began_ms=began_ms)) for began_ms in (0, 10_000, 30_000, 90_000)]

    assert most_at_one_time(sessions, 0, 200_000) == 2
    assert most_at_one_time(sessions, 50_000, 200_000) == 1
    assert milliseconds("1970-01-01T00:00:01.500Z") == 1500
