"""The inbox: bounded, in order, and every waiting caller proceeds."""

import asyncio

import pytest

from dartd.errors import PipelineFullError
from dartd.runtime.inbox import Inbox
from tests.support.waiting import DEADLINE_S


async def test_everything_that_waits_is_taken_in_order() -> None:
    """One taking gives all that came since the last, oldest first."""
    inbox: Inbox[int] = Inbox()
    await inbox.put(1)
    inbox.offer(2)

    taken = inbox.take_all()

    assert (taken, inbox.take_all(), len(inbox)) == ([1, 2], [], 0)


async def test_full_inbox_refuses_an_offer() -> None:
    """`offer` raises at once when the inbox is full, with its capacity."""
    inbox: Inbox[int] = Inbox(capacity=1)
    inbox.offer(1)

    with pytest.raises(PipelineFullError) as full:
        inbox.offer(2)

    assert full.value.details == {"limit": 1}


async def test_full_inbox_holds_up_who_can_wait() -> None:
    """A sender waits while the inbox is full, and what it sends arrives once there is space."""
    inbox: Inbox[int] = Inbox(capacity=2)

    async def send() -> None:
        for k in range(10):
            await inbox.put(k)

    taken: list[int] = []
    deepest = 0
    async with asyncio.timeout(DEADLINE_S), asyncio.TaskGroup() as tasks:
        tasks.create_task(send())
        while len(taken) < 10:
            await inbox.wait(None)
            deepest = max(deepest, len(inbox))
            taken += inbox.take_all()

    assert taken == list(range(10))
    assert deepest == 2


async def test_two_senders_that_wait_both_come_through() -> None:
    """Space for one is not given to two: the bound holds however many wait."""
    inbox: Inbox[int] = Inbox(capacity=1)
    inbox.offer(0)
    deepest = 0
    taken: list[int] = []
    async with asyncio.timeout(DEADLINE_S), asyncio.TaskGroup() as tasks:
        tasks.create_task(inbox.put(1))
        tasks.create_task(inbox.put(2))
        while len(taken) < 3:
            await inbox.wait(None)
            deepest = max(deepest, len(inbox))
            taken += inbox.take_all()

    assert (deepest, taken) == (1, [0, 1, 2])


@pytest.mark.parametrize("timeout_s", [-1.0, 0.0, 0.001])
async def test_waiting_ends_when_time_is_up(timeout_s: float) -> None:
    """With nothing there, waiting ends by itself, also for a time that has passed already."""
    inbox: Inbox[int] = Inbox()

    async with asyncio.timeout(DEADLINE_S):
        await inbox.wait(timeout_s)

    assert len(inbox) == 0


async def test_what_is_put_back_comes_first() -> None:
    """It must come before what waits, in its order, also into a full inbox."""
    inbox: Inbox[str] = Inbox(capacity=1)
    inbox.offer("c")
    inbox.put_back(["a", "b"])
    await inbox.wait(None)

    assert inbox.take_all() == ["a", "b", "c"]
