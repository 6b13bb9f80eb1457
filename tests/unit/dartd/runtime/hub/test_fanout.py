"""Fan-out to many: joined, in parts, and bounded."""

import asyncio
from contextlib import ExitStack

from dartd.runtime.hub.hub import Hub
from dartd.runtime.hub.subscription import Subscription
from tests.support.stream import FakeTransport, MemoryJournal, envelope


class Broken(FakeTransport):
    """A socket that was closed unnoticed."""

    def write(self, frames: bytes) -> None:
        """Fail, as a transport without a socket does."""
        raise RuntimeError(f"the handler is closed: {len(frames)} bytes")


async def _audience(hub: Hub, stack: ExitStack, pipes: list[FakeTransport], *topics: str) -> list[Subscription]:
    """Plug pipes in and have each written to directly."""
    found = []
    for pipe in pipes:
        subscription = stack.enter_context(hub.subscribe(topics or ("board:*",), transport=pipe))
        pipe.on_full = subscription.stop_direct
        taking = asyncio.ensure_future(subscription.take())
        await asyncio.sleep(0)
        taking.cancel()
        found.append(subscription)

    assert all(subscription.direct for subscription in found)
    return found


def _publish(hub: Hub, kept: MemoryJournal, count: int, topic: str = "board:main") -> None:
    for _ in range(count):
        hub.publish(kept.keep(envelope(hub.last_seq + 1, topic)))


async def test_all_clients_are_sent_the_same_bytes() -> None:
    """Events of one turn are joined once for all, not once for each."""
    kept, pipes = MemoryJournal(), [FakeTransport(room=100) for _ in range(20)]
    hub = Hub(read=kept.read)
    with ExitStack() as stack:
        await _audience(hub, stack, pipes)
        _publish(hub, kept, 3)
        await asyncio.sleep(0)

        assert {id(pipe.frames[0]) for pipe in pipes} == {id(pipes[0].frames[0])}


async def test_what_is_flushed_leaves_at_once() -> None:
    """A flush writes at once, without the next iteration of the event loop, and nothing is written twice after it."""
    kept, pipes = MemoryJournal(), [FakeTransport(room=100) for _ in range(3)]
    hub = Hub(read=kept.read)
    with ExitStack() as stack:
        await _audience(hub, stack, pipes)
        hub.publish_all([kept.keep(envelope(seq)) for seq in (1, 2)])
        at_once = [pipe.numbers for pipe in pipes]
        await asyncio.sleep(0)

        assert at_once == [pipe.numbers for pipe in pipes] == [[1, 2]] * 3


async def test_a_large_audience_is_served_in_parts() -> None:
    """The loop turns between, and what is published meanwhile is joined."""
    kept, pipes = MemoryJournal(), [FakeTransport(room=100) for _ in range(1200)]
    hub = Hub(read=kept.read)
    with ExitStack() as stack:
        await _audience(hub, stack, pipes)
        _publish(hub, kept, 1)
        await asyncio.sleep(0)
        served_first = sum(bool(pipe.frames) for pipe in pipes)
        _publish(hub, kept, 2)
        for _ in range(8):
            await asyncio.sleep(0)

        assert 0 < served_first < len(pipes)
        assert {tuple(pipe.numbers) for pipe in pipes} == {(1, 2, 3)}
        assert {len(pipe.frames) for pipe in pipes} == {2}


async def test_who_comes_or_falls_behind_in_the_middle_misses_nothing() -> None:
    """Between two parts a client may join, and another be full."""
    kept, pipes, late = MemoryJournal(), [FakeTransport(room=100) for _ in range(1200)], FakeTransport(room=100)
    hub = Hub(read=kept.read)
    with ExitStack() as stack:
        subscriptions = await _audience(hub, stack, pipes)
        _publish(hub, kept, 1)
        await asyncio.sleep(0)
        subscriptions[-1].stop_direct()
        await _audience(hub, stack, [late])
        _publish(hub, kept, 1)
        for _ in range(8):
            await asyncio.sleep(0)
        queued = await subscriptions[-1].take()

        assert late.numbers == [2]
        assert (pipes[-1].frames, b"".join(queued)) == ([], b"\x81\x011\x81\x012")


async def test_a_flood_is_written_at_once() -> None:
    """What waits for its turn is bounded."""
    kept, pipe = MemoryJournal(), FakeTransport(room=10_000)
    hub = Hub(read=kept.read)
    with ExitStack() as stack:
        await _audience(hub, stack, [pipe])
        _publish(hub, kept, 1500)
        at_once = len(pipe.numbers)
        await asyncio.sleep(0)

        assert at_once == 1024
        assert pipe.numbers == list(range(1, 1501))


async def test_each_group_gets_its_own() -> None:
    """Nothing is written to clients of other topics."""
    kept, boards, matches, all_of_it = MemoryJournal(), FakeTransport(room=100), FakeTransport(room=100), FakeTransport(room=100)
    hub = Hub(read=kept.read)
    with ExitStack() as stack:
        await _audience(hub, stack, [boards])
        await _audience(hub, stack, [matches], "match:*")
        await _audience(hub, stack, [all_of_it], "*")
        _publish(hub, kept, 1)
        _publish(hub, kept, 1, "match:1")
        _publish(hub, kept, 1)
        await asyncio.sleep(0)

        assert (boards.numbers, matches.numbers, all_of_it.numbers) == ([1, 3], [2], [1, 2, 3])


async def test_a_socket_that_breaks_harms_no_other_client() -> None:
    """The others are written to all the same."""
    kept, broken, sound = MemoryJournal(), Broken(room=10), FakeTransport(room=10)
    hub = Hub(read=kept.read)
    with ExitStack() as stack:
        subscriptions = await _audience(hub, stack, [broken, sound])
        _publish(hub, kept, 2)
        await asyncio.sleep(0)

        assert (sound.numbers, subscriptions[0].direct) == ([1, 2], False)
