"""Commands of the interfaces."""

from pathlib import Path

import pytest

from dartd.outlets.compat.services import command
from schemas.commands import CalibrateBoard, StopBoard
from tests.support.station import running_station


@pytest.mark.slow
async def test_a_command_has_a_status(tmp_path: Path) -> None:
    """200 when it was carried out, 409 when the board refuses it."""
    async with running_station(tmp_path) as station:
        statuses = [await command(station.services, "autodarts", each) for each in (StopBoard(), StopBoard(), CalibrateBoard())]

    assert statuses == [200, 409, 409]
