"""The central store of a venue in a test."""

import asyncio

from dartd.central.central import Central
from dartd.central.ledger import Ledger
from dartd.config import NatsConfig
from dartd.outlets.nats.connection import keep_connected
from tests.support.waiting import DEADLINE_S


async def follow_stream(settings: NatsConfig, ledger: Ledger) -> None:
    """Store what the stream has."""
    central = Central(settings, ledger)
    running = asyncio.ensure_future(keep_connected(settings, "central", central.serve))
    try:
        await asyncio.wait_for(central.is_current.wait(), DEADLINE_S)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
