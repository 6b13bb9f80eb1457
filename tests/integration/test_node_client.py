"""The client module in Node."""

import asyncio
import shutil
from pathlib import Path

import pytest

from dartd.web.pages import STATIC
from tests.support.station import running_station
from tests.support.waiting import Waiting

_PROGRAM = """
delete globalThis.WebSocket; // as in versions before 22
const { DartdClient } = await import(process.argv[1]);
const client = new DartdClient(process.argv[2], { pollMs: 300 });
client.addEventListener("event", ({ detail }) => {
  console.log(client.transport, detail.event_type);
  if (detail.event_type === "snapshot") process.exit(0);
});
client.start();
"""


async def test_it_works_without_a_global_websocket(tmp_path: Path, waiting: Waiting) -> None:
    """It polls."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs Node")
    async with running_station(tmp_path) as station:
        command = [node, "--input-type=module", "--eval", _PROGRAM, str(STATIC / "dartd-client.js"), station.ws]
        process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        out, _ = await waiting.within(process.communicate())

    assert (process.returncode, out.decode().split("\n")) == (0, ["polling hello", "polling snapshot", ""])
