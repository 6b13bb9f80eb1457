"""The examples do what they say."""

import asyncio
import shutil
import sys
from pathlib import Path

import pytest

from schemas.events import AlertChanged
from schemas.match_commands import ThrowByHand
from tests.support.alerts import ALERT
from tests.support.people import PASSWORD, make_player, make_user
from tests.support.play import create
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


async def test_cache_figures_are_read(station: Station, waiting: Waiting) -> None:
    """Warmed (webhooks, alerts, dashboard), asked, and emptied."""
    if shutil.which("curl") is None:
        pytest.skip("needs curl on this machine")
    await make_user(station, "operator", username="ann")
    said = await run(waiting, "sh", str(EXAMPLES / "cache.sh"), station.http, "ann", PASSWORD)

    assert said == ["warmed 3", "hits 1 of 4, hit rate 0.25", "removed 1"]


@pytest.mark.parametrize(("name", "program"), [("alerts.py", sys.executable), ("alerts.mjs", "node"), ("alerts.sh", "sh")])
async def test_alerts_are_watched_and_acknowledged(station: Station, waiting: Waiting, name: str, program: str) -> None:
    """An alert that is raised while it watches."""
    if shutil.which(program) is None or (name == "alerts.sh" and shutil.which("curl") is None):
        pytest.skip(f"needs {program} and curl on this machine")
    user = await make_user(station, "operator", username="ann")
    command = (program, str(EXAMPLES / name), station.http, "ann", PASSWORD, "1")
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    first = await waiting.within(process.stdout.readline(), "the alerts")
    await station.happen(AlertChanged(alert=ALERT))
    rest, complaints = await waiting.within(process.communicate(), "the alert")

    assert (process.returncode, complaints.decode(), first) == (0, "", b"watching\n")
    assert rest.decode().split("\n") == [f"warning {ALERT.message}", f"acknowledged by {user.user_id}", ""]


async def run(waiting: Waiting, *command: str) -> list[str]:
    """Run an example and return the lines that it prints."""
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
    said, complaints = await waiting.within(process.communicate(), "the example")
    assert (process.returncode, complaints.decode()) == (0, "")
    return said.decode().strip().split("\n")


@pytest.mark.parametrize(("name", "program"), [("match.py", sys.executable), ("match.mjs", "node"), ("match.sh", "sh")])
async def test_a_match_is_controlled(station: Station, waiting: Waiting, name: str, program: str) -> None:
    """From its beginning to the winner."""
    if shutil.which(program) is None or (name == "match.sh" and shutil.which("curl") is None):
        pytest.skip(f"needs {program} and curl on this machine")
    await make_user(station, "operator", username="ann")
    said = await run(waiting, program, str(EXAMPLES / name), station.http, "ann", PASSWORD)

    assert said == ["Ada 20 Bob 101", "Ada 20 Bob 35", "Ada 0 Bob 35", "winner Ada"]


async def test_history_and_report_of_a_player(station: Station, waiting: Waiting, tmp_path: Path) -> None:
    """A chart as a picture, and a table in Markdown."""
    await make_user(station, "operator", username="ann")
    await make_player(station, player_id="ada", name="Ada")
    await station.pipeline.submit(create(start=101, board=False, players=("ada",)))
    for darts in (("T20", "S1", "S20"), ("D10",)):
        await station.pipeline.submit(ThrowByHand(match_id="m1", darts=darts))
    who = (station.http, "ann", PASSWORD, "ada")
    chart = await run(waiting, sys.executable, str(EXAMPLES / "history.py"), *who, str(tmp_path / "chart.svg"))
    report = await run(waiting, sys.executable, str(EXAMPLES / "report.py"), *who, "pub")

    assert chart == ["1 legs, the last 75.75"]
    assert "<polyline points=" in await asyncio.to_thread((tmp_path / "chart.svg").read_text)
    assert "| 3-dart average | 75.75 | 48.00 | 27.75 |" in report
