"""The feed of an interface: bounded, and never ahead of what was published."""

import asyncio
from pathlib import Path

import pytest

from dartd.outlets.compat.arudart import Arudart, ServerSentEvent
from dartd.outlets.compat.feed import CLIENTS, Feed
from schemas.base import DartId, VisitId
from schemas.events import BoardCoordinates, DartBounceOut, JournalledEvent
from tests.support.station import running_station
from tests.support.throws import hit
from tests.support.waiting import Waiting

BOUNCE = DartBounceOut(dart_id=DartId("d"), visit_id=VisitId("v"), dart_position=BoardCoordinates(x_mm=0.0, y_mm=0.0), time_on_board_ms=5)


@pytest.mark.slow
async def test_a_slow_client_is_disconnected(tmp_path: Path, waiting: Waiting) -> None:
    """It delays no other, and neither clients nor messages grow without bound."""
    async with running_station(tmp_path) as station:
        services = station.services
        feed = Feed(Arudart(), services.hub, services.board, services.timestamp)
        running = asyncio.ensure_future(feed.run())
        with feed.listen() as slow, feed.listen() as quick:
            assert slow is not None
            assert quick is not None
            taken = 0
            await station.happen(hit("d0", 1, visit="v0"))
            await waiting.soon(lambda: quick.qsize() > 0)
            for k in range(1, 300):
                await station.happen(hit(f"d{k}", 1, visit=f"v{k}"))
                while not quick.empty():
                    taken += quick.get_nowait() is not None
            await waiting.soon(lambda: slow.qsize() == 1)
            assert slow.get_nowait() is None
            while taken < 2 * 300 - 1:
                taken += await waiting.within(quick.get()) is not None
            many = [feed.listen() for _ in range(CLIENTS)]
            listeners = [each.__enter__() for each in many]
            assert listeners[-1] is None
        running.cancel()


class _Odd(Arudart):
    """A fold that cannot take a bounce-out."""

    def step(self, event: JournalledEvent, at: str = "") -> list[ServerSentEvent]:
        """Raise, or return the events."""
        if isinstance(event, DartBounceOut):
            raise TypeError(event.dart_id)
        return super().step(event, at)


async def test_clients_start_anew_after_an_error(tmp_path: Path, waiting: Waiting) -> None:
    """A throw that is published until the feed runs again would be missing: they connect again, and get the state of then."""
    async with running_station(tmp_path) as station:
        feed = Feed(_Odd(), station.services.hub, station.services.board, station.services.timestamp)
        running = asyncio.ensure_future(feed.run())
        with feed.listen() as listener:
            assert listener is not None
            await station.happen(BOUNCE)
            ended = await waiting.within(listener.get())
            failed = await waiting.within(asyncio.gather(running, return_exceptions=True))

    assert ended is None
    assert isinstance(failed[0], TypeError)
