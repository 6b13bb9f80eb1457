"""A daemon whose cameras look at a simulated board, and a client that keeps all it received."""

import asyncio
import contextlib
import json
import sqlite3
import time
from pathlib import Path
from typing import Any

import websockets

from tests.support.daemon import RunningDaemon, free_port
from tests.support.player import simulated
from tests.support.postgres import journalled, location_of
from tests.support.waiting import DEADLINE_S
from workers.sources.simulator.script import Script

FPS = 15  # three cameras on two cores, as well as the tests


def write_simulation(folder: Path, port: int, *, first_s: float, story: str = "demo", seed: int = 7, rig: int = 1) -> Path:
    """Write a configuration of three simulated cameras; the story's first visit begins `first_s` seconds from now."""
    epoch_s = time.monotonic() + first_s - Script(name=story, seed=seed).lead_s
    lines = [f'state_dir = "{folder / "state"}"', "[server]", 'host = "127.0.0.1"', f"port = {port}"]
    for spec in simulated(f"seed={seed}&story={story}&epoch={epoch_s:.3f}", rig, hint=True):
        lines += ["[[cameras]]", f'id = "{spec.camera_id}"', f'url = "{spec.url}"', f"fps = {FPS}", f"near_sector = {spec.near_sector}"]
    path = folder / "dartd.toml"
    path.write_text("\n".join(lines) + "\n")
    return path


def calibrate(folder: Path, rig: int) -> None:
    """Calibrate the cameras of a rig from the empty board, so that later daemons on a copy of the folder's state see it from the start."""
    port = free_port()
    with RunningDaemon(write_simulation(folder, port, rig=rig, first_s=10_000), port) as daemon:
        daemon.until_ready()
        daemon.waiting.until(lambda: _is_calibrated(daemon), "three calibrations")
        status, _, _ = daemon.end()
    assert status == 0


def _is_calibrated(daemon: RunningDaemon) -> bool:
    board = daemon.get("/api/v1/board")
    return board is not None and all(camera["state"] == "ready" for camera in board["cameras"])


class Listener:
    """A WebSocket client that stays through restarts: it connects again and again and goes on behind the last seq that it received.

    `events` are the journalled events as they came, over all connections; `snapshots` the first snapshot of each connection.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self.events: list[dict[str, Any]] = []
        self.times_s: list[float] = []
        self.snapshots: list[dict[str, Any]] = []
        self.others: list[dict[str, Any]] = []

    @property
    def last_seq(self) -> int:
        """Number of the last event received."""
        return int(self.events[-1]["seq"]) if self.events else 0

    def count(self, event_type: str) -> int:
        """Count the events of a type."""
        return sum(e["event_type"] == event_type for e in self.events)

    async def listen(self) -> None:
        """Listen until cancelled."""
        while True:
            with contextlib.suppress(OSError, websockets.WebSocketException):
                await self._connect()
            await asyncio.sleep(0.02)

    async def _connect(self) -> None:
        async with websockets.connect(f"ws://127.0.0.1:{self._port}/ws?topics=*&since={self.last_seq}", open_timeout=DEADLINE_S) as socket:
            greeted = False
            async for text in socket:
                message = json.loads(text)
                if "seq" in message:
                    self.events.append(message)
                    self.times_s.append(time.monotonic())
                elif message["event_type"] == "snapshot" and not greeted:
                    greeted = True
                    self.snapshots.append(message)
                else:
                    self.others.append(message)


def journal(folder: Path) -> list[dict[str, Any]]:
    """Read every event of the journal, as it was written."""
    location = location_of(folder / "state" / "dartd.db")
    if not isinstance(location, Path):
        return journalled(location)
    with contextlib.closing(sqlite3.connect(location)) as connection:  # not the store's own: it must not run in an event loop
        return [json.loads(wire) for (wire,) in connection.execute("SELECT wire FROM events ORDER BY seq")]


def public(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return those events that a client without a login may read: whether a busy machine raises alerts is none of its business."""
    return [event for event in events if not event["topic"].startswith("alerts:")]


def standing(events: list[dict[str, Any]]) -> list[str]:
    """Name the darts that stand in the board after these events."""
    darts: list[str] = []
    for event in events:
        match event["event_type"]:
            case "dart_hit" | "extra_dart":
                darts.append(event["dart_id"])
            case "dart_bounce_out":
                darts.remove(event["dart_id"])
            case "dart_removed":
                darts = [dart for dart in darts if dart not in event["removed_dart_ids"]]
            case "board_reset" | "takeout_finished":
                darts = []
            case _:
                pass
    return darts
