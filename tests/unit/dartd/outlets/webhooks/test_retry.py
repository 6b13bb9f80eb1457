"""When deliveries are sent again."""

from itertools import cycle, islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dartd.outlets.webhooks.retry import HOUR_S, HOURLY_LIMIT, JITTER, HourlyLimit, delay_s
from schemas.api.webhooks import RetryPolicy

POLICY = RetryPolicy(max_retries=5, backoff_base=2.0, max_backoff=20.0)


@pytest.mark.parametrize(("attempts", "expected_s"), [(1, 2.0), (2, 4.0), (3, 8.0), (5, 20.0), (5000, 20.0)])
def test_delays_grow_up_to_the_longest(attempts: int, expected_s: float) -> None:
    """By the policy; the jitter shortens them."""
    assert delay_s(POLICY, attempts, 0.0) == expected_s
    assert delay_s(POLICY, attempts, 1.0) == pytest.approx(expected_s * (1 - JITTER))


def test_the_receiver_may_ask_for_more_time_up_to_the_longest() -> None:
    """Retry-After counts if it is longer."""
    assert [delay_s(POLICY, 1, 0.0, asked_s) for asked_s in (0.5, 7.0, 1e6)] == [2.0, 7.0, 20.0]


@given(gaps_s=st.lists(st.floats(0, 10), min_size=1, max_size=20))
def test_no_hour_has_more_than_the_limit(gaps_s: list[float]) -> None:
    """Whenever deliveries are wanted, any hour has at most the limit once each has waited."""
    limit, now_s, times_s = HourlyLimit(), 0.0, []
    for gap_s in islice(cycle(gaps_s), HOURLY_LIMIT + 200):
        now_s += gap_s
        now_s += limit.wait_s(now_s)
        limit.add(now_s)
        times_s.append(now_s)
    assert all(later - earlier >= HOUR_S - 1e-6 for earlier, later in zip(times_s, times_s[HOURLY_LIMIT:], strict=False))


def test_earlier_deliveries_count_after_a_restart() -> None:
    """The limit is taken over."""
    assert HourlyLimit([10.0] * HOURLY_LIMIT).wait_s(20.0) == HOUR_S - 10.0
    assert HourlyLimit([10.0] * (HOURLY_LIMIT - 1)).wait_s(20.0) == 0.0
