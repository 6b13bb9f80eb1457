"""Commands from the venue: what is no command, and a caller without a token; the others are in tests/integration/test_venue.py."""

from pathlib import Path

import msgspec
import pytest

from dartd.outlets.nats.commands import CommandDesk
from schemas.venue import VenueReply
from tests.support.station import TOKEN, running_station


@pytest.mark.slow
async def test_commands_are_answered(tmp_path: Path) -> None:
    """Each message has an answer, also what is no command."""
    async with running_station(tmp_path) as station:
        services = station.services
        desk = CommandDesk(services.board, services.accounts, services.limits, services.database, "main")
        asked = (
            b"{",
            b"\xff",
            b'{"action":"\xff"}',
            b'{"action":' + b"[" * 9000,
            b'{"action":"explode"}',
            b'{"action":"stop"}',
            b'{"action":"stop","token":"%s"}' % TOKEN.encode(),
        )
        replies = [msgspec.json.decode(await desk.answer(payload), type=VenueReply) for payload in asked]

    assert [reply.status for reply in replies] == [422, 422, 422, 422, 422, 401, 200]
