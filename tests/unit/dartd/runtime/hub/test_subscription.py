"""A subscription: written to directly while its client keeps up, queued for while it does not."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from dartd.runtime.hub.hub import Hub
from dartd.runtime.hub.subscription import BATCH_BYTES, Subscription
from dartd.runtime.hub.topics import Interest
from tests.support.stream import FakeTransport, MemoryJournal, envelope
from tests.support.waiting import Waiting


@contextmanager
def _plugged_in(hub: Hub, pipe: FakeTransport, *topics: str) -> Iterator[Subscription]:
    with hub.subscribe(topics or ("board:*",), transport=pipe) as subscription:
        pipe.on_full = subscription.stop_direct
        yield subscription


def _publish(hub: Hub, kept: MemoryJournal, count: int, topic: str = "board:main", size: int = 0) -> None:
    for _ in range(count):
        hub.publish(kept.keep(envelope(hub.last_seq + 1, topic, size)))


async def _serve(subscription: Subscription, pipe: FakeTransport) -> None:
    """Do as a session does."""
    while True:
        batch = await subscription.take()
        await pipe.drained()
        if batch:
            pipe.write(b"".join(batch))


async def test_a_client_that_keeps_up_is_written_to_directly(waiting: Waiting) -> None:
    """Events of one turn leave in one write, nothing is queued."""
    kept, pipe = MemoryJournal(), FakeTransport(room=100)
    hub = Hub(read=kept.read)
    with _plugged_in(hub, pipe) as subscription:
        serving = asyncio.ensure_future(_serve(subscription, pipe))
        await waiting.soon(lambda: subscription.direct)
        _publish(hub, kept, 3)
        queued = subscription.depth
        await waiting.soon(lambda: pipe.frames)
        serving.cancel()

        assert (len(pipe.frames), pipe.numbers, queued) == (1, [1, 2, 3], 0)


async def test_a_client_that_does_not_keep_up_is_queued_for(waiting: Waiting) -> None:
    """Between full and ready again events wait in its queue, and come in order, once."""
    kept, pipe = MemoryJournal(), FakeTransport(room=2)
    hub = Hub(read=kept.read, queue_size=8)
    with _plugged_in(hub, pipe) as subscription:
        serving = asyncio.ensure_future(_serve(subscription, pipe))
        await waiting.soon(lambda: subscription.direct)
        for _ in range(5):
            _publish(hub, kept, 1)
            await asyncio.sleep(0)
        stood = (subscription.direct, subscription.lagging, subscription.depth > 0, len(pipe.frames))

        def read_on() -> bool:
            pipe.drain()
            return subscription.direct

        await waiting.soon(read_on)
        serving.cancel()

        assert stood == (False, False, True, 2)
        assert pipe.numbers == [1, 2, 3, 4, 5]


async def test_what_a_full_queue_leaves_over_is_looked_up(waiting: Waiting) -> None:
    """A client that reads nothing for long costs its queue and no more, and loses nothing."""
    kept, pipe = MemoryJournal(), FakeTransport(room=1)
    hub = Hub(read=kept.read, queue_size=4, ring_events=20)
    with _plugged_in(hub, pipe) as subscription:
        serving = asyncio.ensure_future(_serve(subscription, pipe))
        await waiting.soon(lambda: subscription.direct)
        for _ in range(50):
            _publish(hub, kept, 1)
            await asyncio.sleep(0)
        stood = (subscription.lagging, subscription.depth <= 4)

        def read_on() -> bool:
            pipe.drain()
            return len(pipe.numbers) == 50

        await waiting.soon(read_on)
        serving.cancel()

        assert stood == (True, True)
        assert pipe.numbers == list(range(1, 51))


async def test_a_write_is_never_much_larger_than_a_batch(waiting: Waiting) -> None:
    """What a socket may have to keep is bounded also in a burst of large events, live and read back."""
    kept, pipe, late = MemoryJournal(), FakeTransport(room=1000), FakeTransport(room=1000)
    hub = Hub(read=kept.read)
    with _plugged_in(hub, pipe) as subscription, hub.subscribe(transport=late, since=0) as behind:
        late.on_full = behind.stop_direct
        serving = [asyncio.ensure_future(_serve(subscription, pipe))]
        await waiting.soon(lambda: subscription.direct)
        _publish(hub, kept, 40, size=10_000)
        serving.append(asyncio.ensure_future(_serve(behind, late)))
        await waiting.soon(lambda: len(pipe.numbers) == len(late.numbers) == 40)
        for each in serving:
            each.cancel()

        assert max(len(frame) for frame in [*pipe.frames, *late.frames]) <= BATCH_BYTES + 10_010


async def test_control_messages_go_straight_out(waiting: Waiting) -> None:
    """An answer to a client that keeps up waits for nothing."""
    kept, pipe = MemoryJournal(), FakeTransport(room=10)
    hub = Hub(read=kept.read)
    with _plugged_in(hub, pipe) as subscription:
        serving = asyncio.ensure_future(_serve(subscription, pipe))
        await waiting.soon(lambda: subscription.direct)
        subscription.send_control(b"0")
        serving.cancel()

        assert pipe.numbers == [0]


async def test_a_change_of_topics_keeps_what_was_published_before(waiting: Waiting) -> None:
    """What was published in this iteration of the loop still arrives; what is published after is filtered anew."""
    kept, pipe = MemoryJournal(), FakeTransport(room=10)
    hub = Hub(read=kept.read)
    with _plugged_in(hub, pipe) as subscription:
        serving = asyncio.ensure_future(_serve(subscription, pipe))
        await waiting.soon(lambda: subscription.direct)
        _publish(hub, kept, 1)
        subscription.change(Interest(["match:*"]))
        _publish(hub, kept, 1)
        _publish(hub, kept, 1, "match:7")
        await waiting.soon(lambda: pipe.numbers == [1, 3])
        serving.cancel()

        assert pipe.numbers == [1, 3]


async def test_who_seeks_back_is_served_again_from_there(waiting: Waiting) -> None:
    """A client may ask again for what it has had."""
    kept, pipe = MemoryJournal(), FakeTransport(room=10)
    hub = Hub(read=kept.read)
    with _plugged_in(hub, pipe) as subscription:
        serving = asyncio.ensure_future(_serve(subscription, pipe))
        await waiting.soon(lambda: subscription.direct)
        _publish(hub, kept, 3)
        await waiting.soon(lambda: pipe.frames)
        subscription.resume(1)
        await waiting.soon(lambda: len(pipe.numbers) == 5)
        serving.cancel()

        assert pipe.numbers == [1, 2, 3, 2, 3]
