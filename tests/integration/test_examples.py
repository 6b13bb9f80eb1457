"""The examples do what they say."""

import asyncio
import shutil
import sys
from pathlib import Path

import pytest

from tests.support.people import PASSWORD, make_player, make_user
from tests.support.receiver import PRIVATE
from tests.support.station import Station, running_station
from tests.support.throws import hit
from tests.support.waiting import Waiting

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
COMMANDS = {"tour.py": sys.executable, "tour.mjs": "node", "tour.sh": "sh"}


@pytest.mark.parametrize("name", COMMANDS)
async def test_tour_logs_in_lists_and_shows_darts(station: Station, waiting: Waiting, name: str) -> None:
    """From the login to a dart that hits while it looks."""
    if shutil.which(COMMANDS[name]) is None or (name == "tour.sh" and shutil.which("curl") is None):
        pytest.skip(f"needs {COMMANDS[name]} and curl on this machine")
    await make_user(station, "viewer", username="ann")
    await make_player(station, name="Ben")
    command = (COMMANDS[name], str(EXAMPLES / name), station.http, "ann", PASSWORD, "1")
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    said: list[str] = []
    while not said or not said[-1].startswith("board"):
        said.append((await waiting.within(process.stdout.readline(), "the board")).decode().strip())
        assert said[-1], (await process.communicate())[1].decode()
    await station.happen(hit("d1"))
    rest, complaints = await waiting.within(process.communicate(), "the dart")

    assert (process.returncode, complaints.decode()) == (0, "")
    assert [*said, *rest.decode().split("\n")] == ["hello Ann", "players Ben", "board throw", "dart T20", ""]


async def test_webhook_is_created_and_verified(tmp_path: Path, waiting: Waiting) -> None:
    """The receiver gets the dart that hits after it was added."""
    async with running_station(tmp_path, config=PRIVATE) as station:
        await make_user(station, "admin", username="ann")
        command = (sys.executable, str(EXAMPLES / "webhook.py"), station.http, "ann", PASSWORD, "1")
        process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
        assert process.stdout is not None
        first = await waiting.within(process.stdout.readline(), "the webhook")
        await station.happen(hit("d1"))
        rest, complaints = await waiting.within(process.communicate(), "the dart")

    assert (process.returncode, complaints.decode(), first, rest) == (0, "", b"webhook operational\n", b"dart T20\n")
