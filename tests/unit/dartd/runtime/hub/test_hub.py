"""The hub: each client gets every event of its topics, in order, once; none waits for a slow one."""

import asyncio

import pytest

from dartd.runtime.hub.hub import GapError, Hub
from dartd.runtime.hub.subscription import Subscription
from dartd.runtime.hub.topics import Interest, TopicError
from tests.support.stream import MemoryJournal, envelope
from tests.support.waiting import DEADLINE_S, Waiting


def _hub(kept: MemoryJournal, *, queue_size: int = 4, ring_events: int = 8) -> Hub:
    return Hub(read=kept.read, last_seq=len(kept.rows), queue_size=queue_size, ring_events=ring_events)


def _publish(hub: Hub, kept: MemoryJournal, count: int, topic: str = "board:main") -> None:
    for _ in range(count):
        hub.publish(kept.keep(envelope(hub.last_seq + 1, topic)))


async def _numbers(subscription: Subscription, count: int) -> list[int]:
    found: list[int] = []
    async with asyncio.timeout(DEADLINE_S):
        while len(found) < count:
            found += [int(payload) for payload in await subscription.take()]
    return found


async def test_a_listener_gets_what_is_published_from_then_on() -> None:
    """Live events arrive in order; what was before the subscription does not."""
    kept = MemoryJournal()
    hub = _hub(kept)
    _publish(hub, kept, 2)
    with hub.subscribe() as subscription:
        _publish(hub, kept, 3)

        assert await _numbers(subscription, 3) == [3, 4, 5]


async def test_an_event_reaches_a_listener_once_whatever_its_topics() -> None:
    """Overlapping topics do not repeat an event."""
    kept = MemoryJournal()
    hub = _hub(kept)
    with hub.subscribe(["board:*", "board:main", "*"]) as subscription:
        _publish(hub, kept, 2)

        assert await _numbers(subscription, 2) == [1, 2]


async def test_other_topics_stay_away() -> None:
    """A listener receives its own topics only."""
    kept = MemoryJournal()
    hub = _hub(kept)
    with hub.subscribe(["match:*"]) as subscription:
        _publish(hub, kept, 1)
        _publish(hub, kept, 1, "match:7")

        assert await _numbers(subscription, 1) == [2]


async def test_what_a_listener_may_not_see_stays_away_also_when_it_is_read_back() -> None:
    """Replay keeps secrets as live service does."""
    kept = MemoryJournal()
    hub = _hub(kept)
    _publish(hub, kept, 1, "webhooks")
    _publish(hub, kept, 1)
    with hub.subscribe(["*"], since=0, kinds=frozenset({"board", "match"})) as subscription:
        _publish(hub, kept, 1, "webhooks")
        _publish(hub, kept, 1)

        assert await _numbers(subscription, 2) == [2, 4]


async def test_a_full_queue_makes_a_laggard_that_loses_nothing() -> None:
    """What did not fit comes from the ring, in order, once, and is counted as a lag, not an error."""
    kept = MemoryJournal()
    hub = _hub(kept, queue_size=2, ring_events=8)
    with hub.subscribe() as subscription:
        _publish(hub, kept, 6)
        lagging = hub.statistics().lagging
        numbers = await _numbers(subscription, 6)

        assert (lagging, numbers, subscription.lags, kept.reads) == (1, [1, 2, 3, 4, 5, 6], 1, 0)


async def test_below_the_ring_a_laggard_is_served_from_the_journal() -> None:
    """A client that slept through more than the ring holds still gets everything."""
    kept = MemoryJournal()
    hub = _hub(kept, queue_size=2, ring_events=3)
    with hub.subscribe() as subscription:
        _publish(hub, kept, 50)
        numbers = await _numbers(subscription, 50)

        assert numbers == list(range(1, 51))
        assert kept.reads > 0


async def test_a_laggard_becomes_live_again(waiting: Waiting) -> None:
    """Once it has caught up, it is served from its queue."""
    kept = MemoryJournal()
    hub = _hub(kept, queue_size=2)
    with hub.subscribe() as subscription:
        _publish(hub, kept, 5)
        await _numbers(subscription, 5)
        taking = asyncio.ensure_future(_numbers(subscription, 1))
        await waiting.soon(lambda: not subscription.lagging)
        _publish(hub, kept, 1)

        assert await taking == [6]


async def test_a_laggard_costs_the_others_nothing() -> None:
    """While one does not read, the other is live and gets all."""
    kept = MemoryJournal()
    hub = _hub(kept, queue_size=2)
    with hub.subscribe() as stalled, hub.subscribe() as reader:
        numbers = []
        for _ in range(20):
            _publish(hub, kept, 1)
            numbers += await _numbers(reader, 1)

        assert (numbers, reader.lags, stalled.depth) == (list(range(1, 21)), 0, 2)


async def test_missed_events_come_first() -> None:
    """`since` replays what came after it, then goes on live."""
    kept = MemoryJournal()
    hub = _hub(kept)
    _publish(hub, kept, 5)
    with hub.subscribe(since=2) as subscription:
        _publish(hub, kept, 1)

        assert await _numbers(subscription, 4) == [3, 4, 5, 6]


async def test_a_hub_that_starts_again_replays_from_the_journal() -> None:
    """After a restart the ring is empty, and the journal has all."""
    kept = MemoryJournal()
    _publish(_hub(kept), kept, 5)
    hub = _hub(kept)
    with hub.subscribe(since=1) as subscription:
        assert await _numbers(subscription, 4) == [2, 3, 4, 5]


async def test_what_was_deleted_in_between_is_a_gap() -> None:
    """A client must not go on as if nothing had been missed; the ring of a hub that starts has no gap either."""
    kept = MemoryJournal()
    _publish(_hub(kept), kept, 8)
    del kept.rows[4]  # seq 5
    hub = _hub(kept)
    hub.last_seq = 8
    await hub.load()
    with hub.subscribe(since=2) as subscription:
        before = await _numbers(subscription, 2)
        with pytest.raises(GapError) as gap:
            await subscription.take()
    with hub.subscribe(since=5) as subscription:
        assert await _numbers(subscription, 3) == [6, 7, 8]
    assert (before, gap.value.requested, gap.value.oldest) == ([3, 4], 4, 6)


async def test_what_is_gone_is_a_gap() -> None:
    """Events below what the journal keeps are reported as gone, not skipped."""
    kept = MemoryJournal()
    hub = _hub(kept, ring_events=2)
    _publish(hub, kept, 9)
    kept.forget(up_to=5)
    with hub.subscribe(since=1) as subscription, pytest.raises(GapError) as caught:
        await subscription.take()

    assert (caught.value.reason, caught.value.requested, caught.value.oldest, caught.value.last_seq) == ("too_old", 1, 6, 9)


async def test_the_future_is_a_gap() -> None:
    """A number that was never published is of another stream."""
    kept = MemoryJournal()
    hub = _hub(kept)
    with hub.subscribe(since=3) as subscription, pytest.raises(GapError) as caught:
        await subscription.take()

    assert caught.value.reason == "future"


async def test_after_a_gap_a_client_seeks_behind_its_snapshot() -> None:
    """`seek` drops what is queued and goes on after the number."""
    kept = MemoryJournal()
    hub = _hub(kept)
    with hub.subscribe() as subscription:
        _publish(hub, kept, 3)
        subscription.seek(2)

        assert await _numbers(subscription, 1) == [3]


async def test_events_in_the_snapshot_are_not_sent_again() -> None:
    """A snapshot may be ahead of the hub by what is in the journal and not published yet."""
    kept = MemoryJournal()
    hub = _hub(kept)
    with hub.subscribe() as subscription:
        subscription.seek(2)
        _publish(hub, kept, 3)

        assert await _numbers(subscription, 1) == [3]


async def test_what_is_journalled_and_not_published_waits_for_its_turn() -> None:
    """A reader of the journal is never ahead of the hub."""
    kept = MemoryJournal()
    hub = _hub(kept, ring_events=1)
    _publish(hub, kept, 3)
    kept.keep(envelope(4))
    with hub.subscribe(since=0) as subscription:
        assert await _numbers(subscription, 3) == [1, 2, 3]


async def test_control_messages_jump_the_queue() -> None:
    """An answer does not stand behind events."""
    kept = MemoryJournal()
    hub = _hub(kept)
    with hub.subscribe() as subscription:
        _publish(hub, kept, 2)
        subscription.send_control(b"0")

        assert await _numbers(subscription, 3) == [0, 1, 2]


async def test_control_messages_are_bounded(waiting: Waiting) -> None:
    """A client that never reads cannot make the hub collect answers; reading makes space again."""
    hub = _hub(MemoryJournal())
    with hub.subscribe() as subscription:
        sent = 0
        while subscription.send_control(b"0"):
            sent += 1
        has_room = asyncio.ensure_future(subscription.has_room())
        await subscription.take()
        await waiting.within(has_room)

        assert 0 < sent < 100


async def test_a_change_of_topics_holds_from_then_on() -> None:
    """What is queued stays; what comes is judged anew."""
    kept = MemoryJournal()
    hub = _hub(kept)
    with hub.subscribe() as subscription:
        _publish(hub, kept, 1)
        subscription.change(Interest(["match:*"]))
        _publish(hub, kept, 1)
        _publish(hub, kept, 1, "match:7")

        assert await _numbers(subscription, 2) == [1, 3]


async def test_who_leaves_leaves_nothing_behind() -> None:
    """Leaving frees the queue, the group and the route at once."""
    kept = MemoryJournal()
    hub = _hub(kept)
    for k in range(100):
        with hub.subscribe([f"match:{k}"]):
            _publish(hub, kept, 1, f"match:{k}")

    assert (hub.statistics().clients, hub.statistics().queued, len(hub._groups), len(hub._lagging)) == (0, 0, 0, 0)


async def test_a_malformed_topic_is_refused() -> None:
    """Nothing is subscribed when a topic is none."""
    hub = _hub(MemoryJournal())
    with pytest.raises(TopicError), hub.subscribe(["no topic"]):
        pass

    assert hub.statistics().clients == 0


async def test_the_ring_is_bounded_by_bytes() -> None:
    """Large events push out old ones sooner."""
    kept = MemoryJournal()
    hub = Hub(read=kept.read, ring_bytes=1000)
    for seq in range(1, 11):
        hub.publish(kept.keep(envelope(seq, size=300)))

    assert (hub.statistics().ring_events, hub.statistics().ring_bytes, hub.oldest_known) == (3, 912, 8)


async def test_a_subscription_can_be_iterated() -> None:
    """`async for` gives one message at a time."""
    kept = MemoryJournal()
    hub = _hub(kept)
    with hub.subscribe() as subscription:
        _publish(hub, kept, 2)
        found = []
        async for payload in subscription:
            found.append(payload)
            if len(found) == 2:
                break

        assert found == [b"1", b"2"]


async def test_an_impatient_reader_loses_nothing() -> None:
    """A `take` that is cancelled while it waits takes nothing with it."""
    kept = MemoryJournal()
    hub = _hub(kept)
    with hub.subscribe() as subscription:
        for _ in range(3):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0):
                    await subscription.take()
        _publish(hub, kept, 3)

        assert await _numbers(subscription, 3) == [1, 2, 3]


async def test_unjournalled_messages_reach_subscribers_that_keep_up() -> None:
    """It has no number, and is not sent to a client that has events waiting."""
    kept = MemoryJournal()
    hub = _hub(kept)
    with hub.subscribe(["presence:*"]) as idle, hub.subscribe(["presence:*", "board:*"]) as busy, hub.subscribe() as other:
        for subscription in (idle, busy, other):
            taking = asyncio.ensure_future(subscription.take())
            await asyncio.sleep(0)
            taking.cancel()
        _publish(hub, kept, 1)
        hub.publish_unjournalled("presence:board:main", b"0")

        assert await _numbers(idle, 1) == [0]
        assert (await busy.take(), await other.take()) == ([b"1"], [b"1"])


async def test_the_ring_remembers_what_was_before_the_start() -> None:
    """After a restart a crowd that comes back is served from memory: the newest events are in the ring, as many as fit."""
    kept = MemoryJournal()
    for seq in range(1, 601):
        kept.keep(envelope(seq))
    hub = _hub(kept, ring_events=300)
    await hub.load()
    reads = kept.reads
    with hub.subscribe(since=300) as subscription:
        received = await _numbers(subscription, 300)
        _publish(hub, kept, 2)
        received += await _numbers(subscription, 2)

    assert received == list(range(301, 603))
    assert kept.reads == reads
    assert hub.statistics().ring_events == 300
