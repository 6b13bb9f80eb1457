"""The client module in Node."""

import asyncio
import shutil
from pathlib import Path

import pytest

from dartd.web.static_files import STATIC
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

_ADDRESSES = """
globalThis.WebSocket = class { constructor(url) { console.log(`${url}`.split("?")[0]); setTimeout(() => {
  this.onclose({ reason: "retry in 1 ms" }); }); } close() {} };
globalThis.fetch = async (url) => { console.log(`${url}`.split("?")[0]); process.exit(0); };
const { DartdClient } = await import(process.argv[1]);
new DartdClient(process.argv[2]).start();
"""


@pytest.mark.parametrize(
    ("url", "prefix"),
    [
        ("wss://club.example/darts/ws", "https://club.example/darts"),
        ("ws://board.local:8000/ws", "http://board.local:8000"),
        ("ws://board.local/b/1/ws/tracking", "http://board.local/b/1"),
    ],
)
async def test_every_transport_keeps_the_prefix_of_a_proxy(waiting: Waiting, url: str, prefix: str) -> None:
    """Each address is below the path at which the proxy serves the board."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs Node")
    command = [node, "--input-type=module", "--eval", _ADDRESSES, str(STATIC / "dartd-client.js"), url]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    out, _ = await waiting.within(process.communicate())

    assert sorted(set(out.decode().split())) == sorted({url, f"{prefix}/api/v1/events/stream"})


async def test_it_works_without_a_global_websocket(tmp_path: Path, waiting: Waiting) -> None:
    """It reads the event stream."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs Node")
    async with running_station(tmp_path) as station:
        command = [node, "--input-type=module", "--eval", _PROGRAM, str(STATIC / "dartd-client.js"), station.ws]
        process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        out, _ = await waiting.within(process.communicate())

    assert (process.returncode, out.decode().split("\n")) == (0, ["events hello", "events snapshot", ""])
