"""Cameras that are added and removed while the board is played on."""

import asyncio
import json
import re
import urllib.request
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from tests.e2e.conftest import RIG
from tests.support.daemon import RunningDaemon, free_port
from tests.support.simulation import Listener, write_simulation
from tests.support.waiting import DEADLINE_S, Waiting

pytestmark = [pytest.mark.alone, pytest.mark.timeout(900)]
TOKEN = "the-operator-token-of-this-test"  # noqa: S105  a test's


def _ask(daemon: RunningDaemon, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, bytes]:
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"http://127.0.0.1:{daemon.port}/api/v1/cameras{path}", data=data, headers=headers, method=method)
    with urllib.request.urlopen(request, timeout=DEADLINE_S) as answer:  # noqa: S310 - the scheme stands above
        return answer.status, answer.read()


def _status(daemon: RunningDaemon, camera_id: str) -> str:
    return str(json.loads(_ask(daemon, "GET", f"/{camera_id}")[1])["status"])


def _without_last_camera(config: Path) -> tuple[str, int]:
    """Take the third camera out of a configuration; return its address and the nearest sector."""
    kept, _, last = config.read_text().rpartition("[[cameras]]")
    config.write_text(kept)
    (url,), (sector,) = re.findall(r'url = "(.*)"', last), re.findall(r"near_sector = (\d+)", last)
    return url, int(sector)


def _pictures(daemon: RunningDaemon, path: str, count: int) -> list[bytes]:
    """Return the first pictures of a stream."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    request = urllib.request.Request(f"http://127.0.0.1:{daemon.port}/api/v1/cameras{path}", headers=headers)
    pictures: list[bytes] = []
    with urllib.request.urlopen(request, timeout=DEADLINE_S) as answer:  # noqa: S310 - the scheme stands above
        while len(pictures) < count:
            line = answer.readline()
            if line.startswith(b"Content-Length: "):
                answer.readline()
                pictures.append(answer.read(int(line.split()[1])))
    return pictures


def _shape(jpeg: bytes) -> tuple[int, ...]:
    return np.asarray(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)).shape


async def test_a_camera_comes_and_goes_while_the_others_score(folder: Path, waiting: Waiting) -> None:
    """It scores with them from its first frame, shows its pictures, survives a restart, and leaves no process when it is removed."""
    port = free_port()
    config = write_simulation(folder, port, first_s=25.0, rig=RIG)
    url, sector = _without_last_camera(config)
    added = {"camera_id": "cam2", "name": "Right", "url": url, "resolution": "800x600", "fps": 15, "settings": {"near_sector": sector}}
    listener = Listener(port)
    listening = asyncio.ensure_future(listener.listen())

    def hits(cameras: int) -> bool:
        return any(e["event_type"] == "dart_hit" and e["fusion"]["num_cameras"] == cameras for e in listener.events)

    with RunningDaemon(config, port, environ={"DARTD_AUTH_TOKEN": TOKEN}) as daemon:
        await asyncio.to_thread(daemon.until_ready)
        made, _ = await asyncio.to_thread(_ask, daemon, "POST", "", added)
        await waiting.soon(lambda: hits(3), "a dart that three cameras saw")
        status = await asyncio.to_thread(_status, daemon, "cam2")
        snapshot = await asyncio.to_thread(_ask, daemon, "GET", "/cam2/snapshot?overlay=wires,darts,motion")
        pictures = await asyncio.to_thread(_pictures, daemon, "/cam2/stream", 3)
        ended, _, _ = await asyncio.to_thread(daemon.end)
    with RunningDaemon(config, port, environ={"DARTD_AUTH_TOKEN": TOKEN}) as daemon:
        await asyncio.to_thread(daemon.until_ready)
        before = await asyncio.to_thread(daemon.cameras)
        removed, _ = await asyncio.to_thread(_ask, daemon, "DELETE", "/cam2")
        after = await asyncio.to_thread(daemon.cameras)
        listener.events.clear()
        await waiting.soon(lambda: hits(2), "a dart that the two others saw")
        await asyncio.to_thread(daemon.end)
    listening.cancel()

    assert (made, status, snapshot[0], removed, ended) == (201, "active", 200, 204, 0)
    assert {_shape(jpeg) for jpeg in (snapshot[1], *pictures)} == {(600, 800, 3)}
    assert (len(before), len(after)) == (3, 2)
