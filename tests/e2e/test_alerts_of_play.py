"""Alerts of a real daemon on fast clocks: an hour of scripted darts in which cameras go wrong, darts fall and one is left in the board."""

import asyncio
import json
import time
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
from tests.support.scripted_trouble import FALLING, VISITS, moments
from tests.support.scripted_visits import CAMERAS, VISIT_S, Plan
from tests.support.station import TOKEN
from tests.support.waiting import Waiting

SPEED: Final = 120.0
FIRST_S: Final = 200.0  # of media time until the first visit: the camera that cannot be calibrated at first is there
EARLY_S: Final = 12.0  # that faults begin and end before a visit, whose times do not count from the start of the daemon but from before
AHEAD_S: Final = 0.2  # that the time goes on beyond the picture of a dart before its event has come
LAG_S: Final = 0.4  # less than the board waits for the last camera


def _fault(kind: str, visits: range, camera: int | None, **more: float) -> ScriptedFault:
    """Return a fault that lasts for so many visits."""
    struck = None if camera is None else CameraId(f"cam{camera}")
    at_s, for_s = FIRST_S + visits.start * VISIT_S - EARLY_S, len(visits) * VISIT_S
    return ScriptedFault(kind=kind, at_s=at_s, for_s=for_s, camera=struck, **more)  # type: ignore[arg-type]  # one of them


FAULTS: Final = [
    ScriptedFault(kind="black", at_s=0.0, for_s=120.0, camera=CameraId("cam0")),
    _fault("lagging", FALLING, 2, lag_s=LAG_S),
    _fault("knocked", range(47, 54), 1, degrees=1.5),
    _fault("loose", range(60, 67), 0, degrees=3.0),
    _fault("blurred", range(74, 80), None, blur_px=4.0),
]
EXPECTED: Final = {
    "calibration_failed": "cam0",
    "detection_latency_high": None,
    "bounce_outs_many": None,
    "takeout_overdue": None,
    "calibration_drift": "cam1",
    "cameras_disagree": "cam0",
    "confidence_falling": None,
}


def _config(folder: Path, port: int, plan: Plan) -> Path:
    lines = [f'state_dir = "{folder / "state"}"', "[server]", 'host = "127.0.0.1"', f"port = {port}", "[auth]", f'token = "{TOKEN}"']
    for k in range(CAMERAS):
        lines += ["[[cameras]]", f'id = "cam{k}"', f'url = "sim:?{plan.query}&camera={k}"', "fps = 20"]
    path = folder / "dartd.toml"
    path.write_text("\n".join(lines) + "\n")
    return path


class Client:
    """A client that hears darts and alerts, and holds up the time for the dart that is due."""

    def __init__(self, plan: Plan) -> None:
        self._due_s = [each.at_s for each in moments(plan) if each.what == "dart"]
        self._late_s = plan.first_s + (FALLING.start - 3) * VISIT_S, plan.first_s + (FALLING.stop + 3) * VISIT_S
        self._zero_s, self._began_s = plan.pace.zero_s, time.monotonic()
        self.is_ready = False
        self.darts = 0
        self.alerts: list[dict[str, Any]] = []

    def limit_s(self) -> float:
        """Return the media time that must not be passed before the next dart has come; until the daemon is ready it is real time."""
        if not self.is_ready:
            return self._zero_s + time.monotonic() - self._began_s
        if self.darts >= len(self._due_s):
            return self._due_s[-1] + 3 * VISIT_S
        due_s = self._due_s[self.darts]
        return due_s + AHEAD_S + (LAG_S if self._late_s[0] <= due_s < self._late_s[1] else 0.0)

    async def listen(self, port: int) -> None:
        """Listen until cancelled."""
        address = f"ws://127.0.0.1:{port}/ws?topics=board:*,alerts&since=0"
        async with websockets.connect(address, additional_headers=bearer(TOKEN), proxy=None) as connection:
            async for text in connection:
                event = json.loads(text)
                self.darts += event["event_type"] == "dart_hit"
                if event["event_type"] == "alert":
                    self.alerts.append(event["alert"])


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
        await Waiting(timeout_s=100).soon(lambda: client.darts >= 3 * (VISITS - 1), "every dart")
        done = plan.first_s + VISITS * VISIT_S
        await Waiting().soon(lambda: pace.now_s() >= done, "the last takeout")
        listening.cancel()
        daemon.process.terminate()
        out, err = await asyncio.to_thread(daemon.process.communicate)

    found = [(each["alert_type"], each["camera_id"], each["status"]) for each in client.alerts]
    raised = [each for each in client.alerts if each["status"] == "pending"]
    assert [(each["alert_type"], each["camera_id"]) for each in raised] == list(EXPECTED.items()), (out, err)
    assert len(found) == 2 * len(raised)
    assert {(name, camera) for name, camera, status in found if status == "resolved"} == set(EXPECTED.items())
    assert [each["message"] for each in raised if "{" in each["message"] or "None" in each["message"]] == []
