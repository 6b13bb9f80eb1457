"""Alerts of a real daemon on fast clocks: scripted darts; cameras go wrong or are late, darts fall, one is left in the board."""

import asyncio
import bisect
import datetime as dt
import json
import time
from collections import Counter
from pathlib import Path
from typing import Any, Final

import pytest
import websockets

from schemas.base import CameraId
from schemas.faults import ScriptedFault
from tests.support.daemon import RunningDaemon, free_port
from tests.support.fast_daemon import PACE, TARGET
from tests.support.fault_run import write_scenario
from tests.support.pace import Metronome, Pace
from tests.support.people import bearer
from tests.support.scripted_trouble import BLURRED, KNOCKED, LOOSE, OVERLOADED, VISIT_S, VISITS, moments
from tests.support.scripted_visits import CAMERAS, Plan
from tests.support.station import TOKEN
from tests.support.waiting import Waiting

SPEED: Final = 80.0
FIRST_S: Final = 120.0  # of media time until the first visit: the camera that cannot be calibrated at first is there
EARLY_S: Final = 8.0  # that faults begin and end before a visit, whose times do not count from the start of the daemon but from before
AHEAD_S: Final = 0.2  # that the time goes on beyond the picture of a dart before its event has come
PATIENCE_S: Final = 1.0  # of real time, after which the time goes on all the same
LATE_S: Final = 1.0  # of media time, several times AHEAD_S: so long an ordinary dart takes here at most
GIVE_UP_S: Final = 3.0  # of real time: that dart does not come


def _fault(kind: str, visits: range, camera: int | None, **more: float) -> ScriptedFault:
    """Return a fault that lasts for so many visits."""
    struck = None if camera is None else CameraId(f"cam{camera}")
    at_s, for_s = FIRST_S + visits.start * VISIT_S - EARLY_S, len(visits) * VISIT_S
    return ScriptedFault(kind=kind, at_s=at_s, for_s=for_s, camera=struck, **more)  # type: ignore[arg-type]  # one of them


FAULTS: Final = [
    ScriptedFault(kind="black", at_s=0.0, for_s=60.0, camera=CameraId("cam0")),
    _fault("overloaded", OVERLOADED, None, lag_s=LATE_S),
    _fault("knocked", KNOCKED, 1, degrees=0.25),
    _fault("loose", LOOSE, 0, degrees=3.0),
    _fault("blurred", BLURRED, None, blur_px=4.5),
]
EXPECTED: Final = {
    "calibration_failed": "cam0",
    "bounce_outs_many": None,
    "takeout_overdue": None,
    "detection_latency_high": None,
    "calibration_drift": "any",
    "cameras_disagree": "cam0",
    "confidence_falling": None,
}


def _config(folder: Path, port: int, plan: Plan) -> Path:
    lines = [f'state_dir = "{folder / "state"}"', "[server]", 'host = "127.0.0.1"', f"port = {port}", "[auth]", f'token = "{TOKEN}"']
    lines += ["[board]", "settled_timeout_ms = 2000"]
    lines += ["[[alerts.rules]]", 'name = "journal_slow"', "enabled = false"]  # the disk is no faster than it was
    for k in range(CAMERAS):
        lines += ["[[cameras]]", f'id = "cam{k}"', f'url = "sim:?{plan.query}&camera={k}"', "fps = 20"]
    path = folder / "dartd.toml"
    path.write_text("\n".join(lines) + "\n")
    return path


class Client:
    """A client that receives darts and alerts, and holds up the time for the dart that is due."""

    def __init__(self, plan: Plan) -> None:
        self._pace = plan.pace
        self._due_s = [each.at_s for each in moments(plan) if each.what == "dart"]
        self._began_s = time.monotonic()
        self._held: tuple[int, float] | None = None
        self.is_ready = False
        self.due = 0
        self.darts = 0
        self.alerts: list[dict[str, Any]] = []

    def limit_s(self) -> float:
        """Return the media time that must not be passed yet.

        Until the daemon is ready it is real time, then that of the dart that is due; one that does not come at once may need more of it.
        """
        if not self.is_ready:
            return self._pace.zero_s + time.monotonic() - self._began_s
        if self.due >= len(self._due_s):
            return self._due_s[-1] + 3 * VISIT_S
        due_s, real_s = self._due_s[self.due], time.monotonic()
        limit_s = due_s + AHEAD_S
        if self._pace.now_s() < limit_s:
            return limit_s
        if self._held is None or self._held[0] != self.due:
            self._held = self.due, real_s
        waited_s = real_s - self._held[1] - PATIENCE_S
        if waited_s > GIVE_UP_S:
            self.due += 1
        return limit_s + max(0.0, waited_s)

    def _take(self, event: dict[str, Any]) -> None:
        match event["event_type"]:
            case "dart_hit":
                settled_s = self._pace.media_of_wall_s(dt.datetime.fromisoformat(event["timing"]["settled_at"]).timestamp())
                self.due = max(self.due, bisect.bisect_right(self._due_s, settled_s + 1.0))
                self.darts += 1
            case "alert":
                self.alerts.append(event["alert"])
            case _:
                pass

    async def listen(self, port: int) -> None:
        """Listen until cancelled."""
        address = f"ws://127.0.0.1:{port}/ws?topics=board:*,alerts&since=0"
        async with websockets.connect(address, additional_headers=bearer(TOKEN), proxy=None) as connection:
            async for text in connection:
                self._take(json.loads(text))


def _camera_of(alert: dict[str, Any]) -> str | None:
    """Return the camera that an alert is about; three lines that do not meet do not say which of them is off."""
    return "any" if alert["alert_type"] == "calibration_drift" else alert["camera_id"]


@pytest.mark.alone
@pytest.mark.timeout(900)
async def test_each_trouble_of_play_raises_one_alert_that_resolves_by_itself(tmp_path: Path) -> None:
    """By the camera that it is about, with what to do; nothing else is raised, and nothing while all is well."""
    pace = Pace.beginning(tmp_path / "clock", SPEED)
    plan, port = Plan(pace, pace.zero_s + FIRST_S, 3), free_port()
    client, scenario = Client(plan), write_scenario(tmp_path / "faults.toml", FAULTS)
    environ = {PACE: str(pace), TARGET: "tests.support.scripted_trouble:play"}
    options = ["--faults", str(scenario)]
    daemon = RunningDaemon(_config(tmp_path, port, plan), port, module="tests.support.fast_daemon", environ=environ, options=options)
    with Metronome(pace, client.limit_s), daemon:
        await asyncio.to_thread(daemon.until_ready)
        client.is_ready = True
        listening = asyncio.create_task(client.listen(port))
        done = plan.first_s + VISITS * VISIT_S
        await Waiting(timeout_s=600).soon(lambda: pace.now_s() >= done, "the last takeout")
        listening.cancel()
        daemon.process.terminate()
        out, err = await asyncio.to_thread(daemon.process.communicate)

    about = Counter((each["alert_type"], _camera_of(each), each["status"]) for each in client.alerts)
    messages = [each["message"] for each in client.alerts]
    assert about == Counter((*each, status) for each in EXPECTED.items() for status in ("pending", "resolved")), (client.darts, out, err)
    assert [each for each in messages if "{" in each or "None" in each] == []
