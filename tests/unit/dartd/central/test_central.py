"""The consumer of the central store; tests/integration/test_venue.py has a real stream."""

import asyncio
from pathlib import Path
from types import SimpleNamespace

from dartd.central.central import Central
from dartd.central.ledger import Ledger
from dartd.config import NatsConfig
from tests.support.board_reports import report_message


async def test_reports_are_no_events(tmp_path: Path) -> None:
    """They must not be stored, nor make a commit."""
    ledger = await asyncio.to_thread(Ledger.open, tmp_path / "central.db")
    subject, headers, data = report_message()
    message = SimpleNamespace(subject=subject, headers=headers, data=data, metadata=SimpleNamespace(sequence=SimpleNamespace(stream=4)))
    await Central(NatsConfig(), ledger)._store([message], "t")
    position = await ledger.stream_position()
    await asyncio.to_thread(ledger.close)

    assert (ledger.stored, position) == (0, (0, ""))
