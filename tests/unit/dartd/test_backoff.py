"""Waiting before another try."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dartd.backoff import Backoff, RestartWindow


def test_waits_grow_to_the_longest() -> None:
    """Each wait must be the factor longer than the one before, and none longer than the longest."""
    backoff = Backoff(1, factor=2, max_s=5, jitter=0)

    assert [backoff.next(0.5) for _ in range(5)] == [1, 2, 4, 5, 5]


def test_reset_starts_over() -> None:
    """What worked once must be tried again quickly the next time it fails."""
    backoff = Backoff(1, jitter=0)
    backoff.next(0)
    backoff.next(0)
    backoff.reset()

    assert backoff.next(0) == 1


@given(
    first_s=st.floats(0.01, 10),
    factor=st.floats(1, 10),
    jitter=st.floats(0, 1),
    chances=st.lists(st.floats(0, 1), max_size=30),
)
def test_waits_stay_within_their_bounds(first_s: float, factor: float, jitter: float, chances: list[float]) -> None:
    """Chance must shorten a wait by the jitter's share at most, and never lengthen it."""
    spread, plain = Backoff(first_s, factor, 60, jitter), Backoff(first_s, factor, 60, 0)

    for chance in chances:
        wait_s, longest_s = spread.next(chance), plain.next(chance)
        assert longest_s * (1 - jitter) - 1e-9 <= wait_s <= longest_s <= 60


@pytest.mark.parametrize(
    "arguments", [{"first_s": 0}, {"first_s": 2, "max_s": 1}, {"first_s": 1, "factor": 0.5}, {"first_s": 1, "jitter": 2}]
)
def test_impossible_backoff_is_refused(arguments: dict[str, float]) -> None:
    """Waits that could never be must be refused where they are set up."""
    with pytest.raises(ValueError, match="invalid backoff"):
        Backoff(**arguments)


def test_window_counts_only_its_own_time() -> None:
    """A restart must count against the limit for as long as the window, and not longer."""
    window = RestartWindow(limit=2, window_s=10)
    answers = [window.add(now) for now in (0, 1, 2, 11.5)]

    assert answers == [True, True, False, True]
    assert window.count(11.5) == 2


@pytest.mark.slow
@given(times=st.lists(st.floats(0, 1000), max_size=60).map(sorted), limit=st.integers(1, 5))
def test_window_exceeds_exactly_beyond_the_limit(times: list[float], limit: int) -> None:
    """The window must be exceeded exactly when more than the limit happened within it."""
    window = RestartWindow(limit, 50)

    for index, now in enumerate(times):
        happened = sum(time > now - 50 for time in times[: index + 1])
        assert window.add(now) == (happened <= limit)


@pytest.mark.parametrize(("limit", "window_s"), [(0, 1), (1, 0)])
def test_impossible_window_is_refused(limit: int, window_s: float) -> None:
    """A window that allows nothing must be refused where it is set up."""
    with pytest.raises(ValueError, match="invalid window"):
        RestartWindow(limit, window_s)
