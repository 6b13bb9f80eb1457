"""How much clients may send."""

import asyncio

from dartd.web.connections.frame_budget import FrameBudget, TokenBucket


def test_a_burst_and_a_rate() -> None:
    """Uses are regained with the time, up to the burst."""
    bucket = TokenBucket(per_s=2, at_once=4)
    burst = [bucket.take(100.0) for _ in range(5)]
    later = [bucket.take(101.0) for _ in range(3)]

    assert burst == [True] * 4 + [False]
    assert later == [True, True, False]
    assert bucket.refused == 2
    assert not bucket.take(1000.0, 5)


async def test_connections_take_turns() -> None:
    """Those that wait are fed in order, within the budget of each iteration."""
    budget = FrameBudget(per_iteration=2)
    fed: list[int] = []
    done = asyncio.Event()

    def feed(k: int, times: int) -> None:
        fed.append(k)
        budget.spend(1)
        if times > 1:
            budget.wait(lambda: feed(k, times - 1))
        elif len(fed) == 9:
            done.set()

    budget.spend(2)
    assert not budget.is_free
    for k in range(3):
        budget.wait(lambda k=k: feed(k, 3))  # type: ignore[misc]  # the default binds k
    await done.wait()
    await asyncio.sleep(0)

    assert fed == [0, 1, 2] * 3
    assert budget.is_free
