"""A few at each turn of the loop."""

import asyncio

from dartd.web.pace import Pace


async def test_few_go_on_at_once() -> None:
    """Where there is no storm nobody waits."""
    pace, done = Pace(per_turn=3), []
    for k in range(3):
        coroutine = pace.turn()
        try:
            coroutine.send(None)
        except StopIteration:
            done.append(k)

    assert done == [0, 1, 2]


async def test_a_storm_is_spread_over_turns_in_order() -> None:
    """The loop turns between, and who asked first goes first."""
    pace, went = Pace(per_turn=2), []

    async def come(k: int) -> None:
        await pace.turn()
        went.append(k)

    coming = [asyncio.ensure_future(come(k)) for k in range(20)]
    await asyncio.sleep(0)
    first = len(went)
    await asyncio.gather(*coming)

    assert first <= 4
    assert went == list(range(20))


async def test_who_leaves_while_waiting_takes_no_turn() -> None:
    """The others go on."""
    pace = Pace(per_turn=1)
    coming = [asyncio.ensure_future(pace.turn()) for _ in range(6)]
    await asyncio.sleep(0)
    for each in coming[2:4]:
        each.cancel()
    outcomes = await asyncio.gather(*coming, return_exceptions=True)

    assert [outcome is None for outcome in outcomes] == [True, True, False, False, True, True]
