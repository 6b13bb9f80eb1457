"""Limits."""

import asyncio
from pathlib import Path

import pytest

from dartd.auth.rate_limits import MAX_CALLERS, WINDOW_S, RateLimiter
from dartd.store.database import Database
from dartd.store.limits import keep_limits, load_limits


class Clock:
    """A clock that stands where it is put, and the wall clock."""

    def __init__(self) -> None:
        self.now_s = 1_000_000.0
        self.offset_s = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now_s

    def wall(self) -> float:
        """Return the wall-clock time."""
        return self.now_s + self.offset_s


@pytest.fixture
def clock() -> Clock:
    """Stand still."""
    return Clock()


async def _store(limits: RateLimiter, database: Database) -> None:
    if changed := limits.changed():
        await database.change(lambda connection: keep_limits(connection, changed, limits.wall()))


async def _load(limits: RateLimiter, database: Database) -> None:
    limits.take_over(await database.query(lambda connection: load_limits(connection, limits.wall())))


def test_limit_is_held(clock: Clock) -> None:
    """So many at once and no more; then one more each time a share of the minute has passed."""
    limits = RateLimiter({"default": 10}, now=clock)
    taken = [limits.acquire("a", 10) for _ in range(11)]
    clock.now_s += 5.9
    early = limits.acquire("a", 10)
    clock.now_s += 0.2
    again = limits.acquire("a", 10)

    assert [verdict.remaining for verdict in taken] == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0]
    assert [verdict.retry_after_s > 0 for verdict in taken] == [False] * 10 + [True]
    assert (early.retry_after_s > 0, again.retry_after_s) == (True, 0.0)


def test_over_a_long_time_the_limit_is_exact(clock: Clock) -> None:
    """A caller that asks without end gets the limit at once and the limit a minute."""
    limits = RateLimiter({}, now=clock)
    admitted = 0
    for _ in range(6000):
        admitted += limits.acquire("a", 100).retry_after_s == 0
        clock.now_s += 0.1

    assert 1099 <= admitted <= 1101


def test_headers_show_what_is_left(clock: Clock) -> None:
    """In the usual form, and in that of the IETF."""
    limits = RateLimiter({}, now=clock)
    first = limits.acquire("a", 2).headers(clock.now_s)
    limits.acquire("a", 2)
    refused = limits.acquire("a", 2).headers(clock.now_s)

    assert (first["X-RateLimit-Limit"], first["X-RateLimit-Remaining"], first["X-RateLimit-Reset"]) == ("2", "1", "1000030")
    assert (first["RateLimit-Policy"], first["RateLimit"]) == ('"default";q=2;w=60', '"default";r=1;t=30')
    assert ("Retry-After" in first, refused["Retry-After"]) == (False, "30")


def test_callers_do_not_share(clock: Clock) -> None:
    """Each caller has a limit of its own."""
    limits = RateLimiter({}, now=clock)
    limits.acquire("a", 1)

    assert limits.acquire("b", 1).retry_after_s == 0.0
    assert 0 < limits.acquire("a", 1).retry_after_s <= WINDOW_S


@pytest.mark.parametrize("set_by_s", [-10_000.0, 10_000.0])
async def test_setting_the_clock_changes_no_limit(tmp_path: Path, clock: Clock, set_by_s: float) -> None:
    """The wall clock may be set at any time; a limit is used up and regained as if it were not."""
    database = await asyncio.to_thread(Database.open, tmp_path / "dartd.db")
    limits = RateLimiter({}, now=clock, wall=clock.wall)
    limits.acquire("a", 1)
    clock.offset_s += set_by_s
    refused = limits.acquire("a", 1)
    clock.now_s += WINDOW_S - 0.5
    early = limits.acquire("a", 1)
    clock.now_s += 0.6
    again = limits.acquire("a", 1)
    await _store(limits, database)
    after = RateLimiter({}, now=clock, wall=clock.wall)
    clock.offset_s -= abs(set_by_s)
    await _load(after, database)
    await asyncio.to_thread(database.close)

    assert [each.retry_after_s > 0 for each in (refused, early, again)] == [True, True, False]
    assert 0 < after.acquire("a", 1).retry_after_s <= WINDOW_S


def test_callers_without_number_take_bounded_memory(clock: Clock) -> None:
    """Callers that have used least are forgotten; one that is at its limit stays there."""
    limits = RateLimiter({}, now=clock)
    for _ in range(10):
        limits.acquire("flood", 10)
    for k in range(MAX_CALLERS + 1):
        limits.acquire(f"c{k}", 10)

    assert len(limits._full_at_s) <= MAX_CALLERS
    assert limits.acquire("flood", 10).retry_after_s > 0


async def test_use_outlives_a_restart(tmp_path: Path, clock: Clock) -> None:
    """What was written is remembered by the next daemon."""
    database = await asyncio.to_thread(Database.open, tmp_path / "dartd.db")
    before, after = RateLimiter({}, now=clock), RateLimiter({}, now=clock)
    for _ in range(3):
        before.acquire("a", 3)
    await _store(before, database)
    await _store(before, database)
    await _load(after, database)
    await asyncio.to_thread(database.close)

    assert after.acquire("a", 3).retry_after_s > 0
