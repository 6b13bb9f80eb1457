"""A few at each turn of the loop."""

import asyncio

from dartd.web.connections.admission import AdmissionLimiter
from tests.support.waiting import DEADLINE_S


async def test_few_go_on_at_once() -> None:
    """Without a reconnection storm no caller waits."""
    admission, done = AdmissionLimiter(per_iteration=3), []
    for k in range(3):
        coroutine = admission.admit()
        try:
            coroutine.send(None)
        except StopIteration:
            done.append(k)

    assert done == [0, 1, 2]


async def test_a_storm_is_spread_over_turns_in_order() -> None:
    """The loop iterates between, and callers proceed in the order of their requests."""
    admission, went = AdmissionLimiter(per_iteration=2), []

    async def come(k: int) -> None:
        await admission.admit()
        went.append(k)

    coming = [asyncio.ensure_future(come(k)) for k in range(20)]
    await asyncio.sleep(0)
    first = len(went)
    await asyncio.gather(*coming)

    assert first <= 4
    assert went == list(range(20))


async def test_who_has_begun_goes_first() -> None:
    """Admitted callers are served to the end before many more are admitted, so that no admitted caller waits for the whole storm."""
    admission, are_in, most, went = AdmissionLimiter(per_iteration=8), set(), 0, []

    async def come(k: int) -> None:
        nonlocal most
        await admission.admit()
        are_in.add(k)
        most = max(most, len(are_in))
        for _ in range(5):
            await admission.admit(started=True)
        are_in.discard(k)
        went.append(k)

    await asyncio.gather(*(come(k) for k in range(100)))

    assert sorted(went) == list(range(100))
    assert most <= 20


async def test_who_is_new_is_let_in_all_the_same() -> None:
    """However many have begun and never end."""
    admission = AdmissionLimiter(per_iteration=2)

    async def stay() -> None:
        while True:
            await admission.admit(started=True)

    staying = [asyncio.ensure_future(stay()) for _ in range(20)]
    await asyncio.sleep(0)
    async with asyncio.timeout(DEADLINE_S):
        await asyncio.gather(*(admission.admit() for _ in range(10)))
    for each in staying:
        each.cancel()
    outcomes = await asyncio.gather(*staying, return_exceptions=True)

    assert all(isinstance(outcome, asyncio.CancelledError) for outcome in outcomes)


async def test_who_leaves_while_waiting_takes_no_turn() -> None:
    """The others go on."""
    admission = AdmissionLimiter(per_iteration=1)
    coming = [asyncio.ensure_future(admission.admit()) for _ in range(6)]
    await asyncio.sleep(0)
    for each in coming[2:4]:
        each.cancel()
    outcomes = await asyncio.gather(*coming, return_exceptions=True)

    assert [outcome is None for outcome in outcomes] == [True, True, False, False, True, True]
