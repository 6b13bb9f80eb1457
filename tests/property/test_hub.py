"""Whatever happens in whatever order, a subscription gives exactly what was published to its topics, in order, once."""

import asyncio
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from dartd.runtime.hub.hub import Hub
from dartd.runtime.hub.subscription import Subscription
from tests.support.stream import FakeTransport, MemoryJournal, envelope

_TOPICS = ("board:main", "match:1", "webhooks")
_INTERESTS = (("board:*",), ("board:*", "match:*"), ("*",), ("match:1",))


@dataclass
class Listener:
    """One client: what it listens to, from where, and what it got."""

    topics: tuple[str, ...]
    since: int
    subscription: Subscription
    pipe: FakeTransport | None = None
    received: list[int] = field(default_factory=list)

    @property
    def got(self) -> list[int]:
        """List the numbers of what it got, over all its connections."""
        return self.received + (self.pipe.numbers if self.pipe is not None else [])

    async def read(self, limit: int) -> None:
        """Take once, if anything is there within a few turns of the loop; a client with a socket reads that empty."""
        if self.pipe is not None:
            self.pipe.drain()
        taking = asyncio.ensure_future(self.subscription.take(limit))
        for _ in range(12):
            await asyncio.sleep(0)
            if taking.done():
                break
        if taking.done():
            if self.pipe is None:
                self.received += [int(wire) for wire in taking.result()]
            elif taking.result():
                self.pipe.write(b"".join(taking.result()))
            return
        taking.cancel()
        await asyncio.gather(taking, return_exceptions=True)

    def owed(self, kept: MemoryJournal) -> list[int]:
        """List what it must have got in the end."""
        kinds = {topic.partition(":")[0] for topic in self.topics}
        return [seq for seq, topic, _ in kept.rows if seq > self.since and ("*" in kinds or topic.partition(":")[0] in kinds)]


class Slow(MemoryJournal):
    """A journal that takes some turns of the loop, so that things happen meanwhile."""

    async def read(self, since: int, limit: int) -> list[tuple[int, str, bytes]]:
        """Read, later."""
        rows = await super().read(since, limit)
        for _ in range(since % 4):
            await asyncio.sleep(0)
        return rows


_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("publish"), st.integers(1, 12), st.sampled_from(_TOPICS)),
        st.tuples(st.just("read"), st.integers(0, 5), st.integers(1, 5)),
        st.tuples(st.just("turn"), st.none(), st.none()),
        st.tuples(st.just("join"), st.sampled_from(_INTERESTS), st.booleans()),
        st.tuples(st.just("plug in"), st.sampled_from(_INTERESTS), st.integers(1, 6)),
        st.tuples(st.just("reconnect"), st.integers(0, 5), st.none()),
        st.tuples(st.just("restart"), st.none(), st.none()),
    ),
    max_size=40,
)


@settings(max_examples=300, deadline=None)
@given(steps=_STEPS, queue_size=st.integers(1, 4), ring_events=st.integers(1, 9))
def test_every_subscription_gets_exactly_what_is_owed(steps: list[tuple[str, object, object]], queue_size: int, ring_events: int) -> None:
    """Bursts, slow reads, lag, reconnects and restarts lose nothing, repeat nothing, and reorder nothing."""
    asyncio.run(_play(steps, queue_size, ring_events))


async def _play(steps: list[tuple[str, object, object]], queue_size: int, ring_events: int) -> None:
    kept = Slow()
    stage = _Stage(kept, queue_size, ring_events)
    for step in steps:
        await stage.do(*step)
    await stage.finish()

    assert [listener.got for listener in stage.listeners] == [listener.owed(kept) for listener in stage.listeners]
    assert all(listener.subscription.depth <= queue_size for listener in stage.listeners)


class _Stage:
    def __init__(self, kept: MemoryJournal, queue_size: int, ring_events: int) -> None:
        self._kept = kept
        self._sizes = (queue_size, ring_events)
        self._hub = self._start()
        self.listeners: list[Listener] = []
        self._open: list[object] = []

    def _start(self) -> Hub:
        queue_size, ring_events = self._sizes
        return Hub(read=self._kept.read, last_seq=len(self._kept.rows), queue_size=queue_size, ring_events=ring_events)

    async def do(self, action: str, first: object, second: object) -> None:
        """Do one step."""
        match action, first, second:
            case "publish", int(count), str(topic):
                for _ in range(count):
                    self._hub.publish(self._kept.keep(envelope(self._hub.last_seq + 1, topic)))
            case "read", int(who), int(limit) if who < len(self.listeners):
                await self.listeners[who].read(limit)
            case "join", tuple(topics), bool(from_start):
                since = 0 if from_start else self._hub.last_seq
                self.listeners.append(Listener(topics, since, self._connect(topics, since if from_start else None)))
            case "plug in", tuple(topics), int(room):
                pipe = FakeTransport(room)
                subscription = self._connect(topics, None, pipe)
                self.listeners.append(Listener(topics, self._hub.last_seq, subscription, pipe))
            case "turn", _, _:
                await asyncio.sleep(0)
            case "reconnect", int(who), _ if who < len(self.listeners):
                self._again(self.listeners[who])
            case "restart", _, _:
                self._hub = self._start()
                for listener in self.listeners:
                    self._again(listener)
            case _:
                pass

    async def finish(self) -> None:
        """Read for every listener until nothing comes any more."""
        for listener in self.listeners:
            for _ in range(len(self._kept.rows) + 2):
                await listener.read(3)

    def _again(self, listener: Listener) -> None:
        # A client knows the last number it got; of what it did not listen to it knows nothing, and asks again from there.
        listener.received = listener.got
        if listener.pipe is not None:
            listener.pipe = FakeTransport(listener.pipe.room)
        since = listener.received[-1] if listener.received else listener.since
        listener.subscription = self._connect(listener.topics, since, listener.pipe)

    def _connect(self, topics: tuple[str, ...], since: int | None, pipe: FakeTransport | None = None) -> Subscription:
        connection = self._hub.subscribe(topics, since=since, transport=pipe)
        self._open.append(connection)  # left open: a subscription without a reader must harm no other
        subscription = connection.__enter__()
        if pipe is not None:
            pipe.on_full = subscription.stop_direct
        return subscription
