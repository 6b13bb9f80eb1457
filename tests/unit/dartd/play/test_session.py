"""The times of a session."""

from hypothesis import given
from hypothesis import strategies as st

from dartd.play.session import CHANGES_KEPT, OpenSession

IDLE_MS = 60_000


@given(st.lists(st.integers(1, 300_000), max_size=40), st.integers(0, 300_000) | st.none())
def test_active_and_idle_add_up_exactly(gaps: list[int], rest: int | None) -> None:
    """Between any darts and at any end; each change says how long the state before had lasted."""
    session = OpenSession.begin("s1", "ann", 1000)
    at_ms = 1000
    for gap in gaps:
        at_ms += gap
        if session.is_idle_at(at_ms, IDLE_MS):
            session.idle()
        session.touch(at_ms)
        assert sum(session.totals_at(at_ms + 7)) == at_ms + 7 - session.entry_ms
    session.close(None if rest is None else at_ms + rest)

    assert session.exit_ms is not None
    assert session.active_ms + session.idle_ms == session.exit_ms - session.entry_ms
    assert session.active_ms == sum(gap for gap in gaps if gap <= IDLE_MS) + (rest or 0)
    assert sum(change.lasted_ms for change in session.changes) == session.exit_ms - session.entry_ms
    assert [change.event for change in session.changes].count("idle_start") == sum(gap > IDLE_MS for gap in gaps)


def test_a_timeline_is_bounded() -> None:
    """The entry stays."""
    session = OpenSession.begin("s1", None, 0)
    for number in range(CHANGES_KEPT):
        session.idle()
        session.touch((number + 1) * 100_000)

    assert (len(session.changes), session.changes[0].event) == (CHANGES_KEPT, "entry")
