"""Play ten minutes of unusual darts, faults and restarts before clients of other boards, and check every row that they rely on.

python -m tests.bench.neighbours                        ten minutes, and the attacks after it
python -m tests.bench.neighbours --minutes 3 --seed 2
python -m tests.bench.neighbours --minutes 0            the attacks alone

Three simulated cameras play visits with early, false and partial takeouts, falls, fourth darts and knocks. A camera is unplugged, a process
ends, all cameras are lost, the daemon is stopped and killed. Clients command and correct it. Prints each row with its checks
and what broke them; exit status 1: a row was broken or never reached.
"""

import argparse
import asyncio
import contextlib
import os
import random
import re
import signal
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import httpx2

from schemas.base import CameraId
from schemas.faults import ScriptedFault
from tests.support.daemon import free_port
from tests.support.fault_run import FaultRun
from tests.support.neighbour_attacks import ATTACKS, attack
from tests.support.neighbour_clients import CallerClient, LiveClient, ManagerClient, Poller, StreamClient, check_rest
from tests.support.neighbour_sheet import Sheet, has_run, points_of, thrown_label
from tests.support.simulation import calibrate

RIG: Final = 8
FPS: Final = 10.0
FIRST_S: Final = 25.0
EVERY_S: Final = 24.0  # between two things that clients do
RESTARTS: Final = (0.35, 0.7)  # of the time: SIGTERM, then SIGKILL
UNUSUAL: Final = 0.75
LIMITS: Final = {f"DARTD_LIMITS_{name}": "1000000" for name in ("DEFAULT", "QUERY", "METRICS", "LOGIN", "CORRECTIONS")}
ROWS: Final = (
    "1 WS /api/events", "1 WS /api/events?type=state", "1 WS / and /events", "1 state", "1 status", "1 event", "1 throws", "1 segment",
    "1 coords", "1 order", "1 repeats", "1 on connect", "1 idle", "1 motion_state", "1 cam_state stats cam_stats", "1 every throw",
    "1 GET /api/state", "1 GET /api/version", "1 GET /api/config", "1 GET figures", "1 GET /api/host", "1 GET pictures", "1 commands",
    "1 PATCH /api/config", "2 Socket.IO", "2 Board Status", "2 dartN-thrown", "2 darts-thrown", "2 darts-pulled", "2 game messages",
    "2 commands", "2 every throw", "3 GET /api/events", "3 dart_scored", "3 round_complete", "3 darts_removed", "3 keepalive",
    "3 POST /api/reset", "3 every throw", "4 WS /api/live", "4 state", "4 THROW_DETECTED", "4 dart", "4 GET /api/live/recent",
    "4 correct", "4 every throw", "fourth dart",
)  # fmt: skip


class Neighbours:
    """All clients of a board, and what they do to it."""

    def __init__(self, run: FaultRun, port: int, caller: int, seed: int) -> None:
        self._run = run
        self._root = f"127.0.0.1:{port}"
        self._chance = random.Random(seed)
        self.sheet = Sheet()
        self.is_down = False
        self.manager = ManagerClient(self.sheet, self._root)
        self.game = ManagerClient(self.sheet, self._root, only_states=True)
        self.caller = CallerClient(self.sheet, f"127.0.0.1:{caller}", lambda: points_of(self.manager.state))
        self.stream = StreamClient(self.sheet, self._root)
        self.live = LiveClient(self.sheet, self._root)
        self.poller = Poller(self.sheet, self._root, is_down=lambda: self.is_down)
        self._http = httpx2.AsyncClient(base_url=f"http://{self._root}/api", trust_env=False, timeout=60)
        token = (run.folder / "state" / "operator-token").read_text().strip()
        self._own = httpx2.AsyncClient(
            base_url=f"http://127.0.0.1:{run.port}", trust_env=False, timeout=60, headers={"Authorization": f"Bearer {token}"}
        )

    @contextlib.asynccontextmanager
    async def connected(self) -> AsyncIterator[None]:
        """Keep all clients connected while the block runs."""
        clients = (self.manager, self.game, self.caller, self.stream, self.live, self.poller)
        tasks = [asyncio.create_task(each.run()) for each in clients]
        try:
            yield
        finally:
            broken = [task for task in tasks if task.done()]
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            await asyncio.gather(self.manager.close(), self.game.close(), self._http.aclose(), self._own.aclose())
            for task in broken:
                task.result()  # a client that could not read what it got

    async def act(self, number: int) -> None:
        """Do the next thing that clients do to a board."""
        actions = (
            self.begin_match, self.stop_and_start, self.correct_live, self.reset, self.correct, self.detection, self.by_caller,
            self.calibrate, self.correct_live, self.begin_match, self.restart, self.correct,
        )  # fmt: skip
        await check_rest(self.sheet, self._root, "main", 3)
        await actions[number % len(actions)]()

    async def _until(self, row: str, what: str, condition: Any) -> None:
        with contextlib.suppress(AssertionError):
            await self._run.waiting.soon(condition, what, timeout_s=75)
        self.sheet.check(row, what, holds=condition(), shown=str(self.manager.state)[:150])

    async def _command(self, method: str, path: str, expected: tuple[int, ...] = (200,)) -> int:
        answer = await self._http.request(method, path)
        self.sheet.check(
            "1 commands", f"{method} {path}", holds=answer.status_code in expected, shown=f"{answer.status_code} {answer.text}"
        )
        return answer.status_code

    async def stop_and_start(self) -> None:
        """Stop the detection and start it again, as Home Assistant's switch does."""
        await self._command("PUT", "stop")
        await self._until("1 status", "Stopped, not running, after a stop", lambda: (self.manager.state or {}).get("status") == "Stopped")
        await self._command("PUT", "start")
        await self._until("1 status", "running after a start", lambda: (self.manager.state or {}).get("running"))

    async def detection(self) -> None:
        """Stop and start by the paths of newer boards, as darts-caller does."""
        await self._command("PUT", "detection/stop")
        await self._until("1 event", "Stopped after a stop", lambda: "Stopped" in self.manager.events[-2:])
        await self._command("PUT", "detection/start")
        await self._until("1 event", "Started after a start", lambda: "Started" in self.manager.events[-3:])

    async def restart(self) -> None:
        """Restart the board."""
        await self._command("POST", "restart")
        await self._until("1 status", "running after a restart", lambda: (self.manager.state or {}).get("running"))

    async def reset(self) -> None:
        """Reset the board as arudart's and Autodarts' clients do, with darts in it."""
        await self._until("3 POST /api/reset", "darts to reset", lambda: (self.manager.state or {}).get("numThrows", 0) > 0)
        answer = await self._http.post("reset")
        holds = (answer.status_code, answer.json()) == (200, {"status": "ok", "message": "System reset"})
        self.sheet.check("3 POST /api/reset", "is answered as by arudart", holds=holds, shown=answer.text)
        await self._until("1 order", "a reset is Manual reset with no throws", lambda: "Manual reset" in self.manager.events[-3:])

    async def calibrate(self) -> None:
        """Calibrate with darts in the board, which is refused, and without."""
        await self._until("1 commands", "darts to refuse the calibration", lambda: (self.manager.state or {}).get("numThrows", 0) > 0)
        await self._command("POST", "config/calibration/auto", (409, 200))
        await self._until("1 commands", "an empty board", lambda: (self.manager.state or {}).get("numThrows") == 0)
        await self._command("POST", "config/calibration/auto/1?distortion=true", (200, 409))

    async def by_caller(self) -> None:
        """Stop, start and reset the board over Socket.IO, as darts-wled does."""
        row = "2 commands"
        if not self.caller.is_connected:
            return
        await self.caller.send("board-stop")
        await self._until(row, "board-stop", lambda: not (self.manager.state or {"running": True}).get("running"))
        await self.caller.send("board-start:0.5")
        await self._until(row, "board-start", lambda: (self.manager.state or {}).get("running"))
        resets = self.manager.events.count("Manual reset")
        await self.caller.send("board-reset")
        await self._until(row, "board-reset", lambda: self.manager.events.count("Manual reset") > resets)
        statuses = [each["data"]["status"] for each in self.caller.messages[-12:] if each["event"] == "Board Status"]
        holds = has_run([each for each in statuses if not each.startswith("Takeout")], ["Board Stopped", "Board Started"])
        self.sheet.check("2 Board Status", "says what was commanded", holds=holds, shown=statuses)

    async def correct_live(self) -> None:
        """Correct a dart of the visit as opendarts' dashboard does, and ask for what there is not."""
        row = "4 correct"
        await self._until(row, "a dart to correct", lambda: self.live.state.get("n_darts", 0) > 0)
        visit, number = self.live.state["visit"], self._chance.randrange(1, 21)
        body = {"ring": "double", "sector": str(number), "source": "bench", "note": ""}
        known = len(self.live.events)
        answer = await self._http.post(f"visits/{visit}/throws/0/correct", json=body)
        self.sheet.check(row, "200", holds=answer.status_code == 200, shown=f"{answer.status_code} {answer.text}")
        await self._until(row, "throw_corrected", lambda: "throw_corrected" in self.live.events[known:] or answer.status_code != 200)
        for path, wrong, status in (
            (f"visits/{visit}/throws/2/correct", {"ring": "double", "sector": "21"}, {400, 404}),
            (f"visits/{visit}/throws/0/correct", {"ring": "quadruple", "sector": "1"}, {400, 404}),
            ("visits/none/throws/0/correct", body, {404}),
        ):
            answer = await self._http.post(path, json=wrong)
            self.sheet.check(row, "404 or 400", holds=answer.status_code in status, shown=f"{answer.status_code} {answer.text}")

    async def correct(self) -> None:
        """Correct the last dart as a person does on the page."""
        await self._until("1 throws", "a dart to correct", lambda: (self.manager.state or {}).get("numThrows", 0) > 0)
        hits = [each for each in self._run.listener.events if each["event_type"] == "dart_hit" and each.get("dart_number")]
        await self._own.post("/api/v1/corrections", json={"type": "change", "dart_id": hits[-1]["dart_id"], "label": "T7"})

    async def begin_match(self) -> None:
        """Begin a short match, which darts then win or bust; one that runs is ended."""
        for each in (await self._own.get("/api/v1/matches?status=running&limit=10")).json().get("items", []):
            await self._own.put(f"/api/v1/matches/{each['match_id']}/stop")
        sides = [{"players": [{"name": name}]} for name in ("Ada", "Bob")]
        body = {"rules": {"game": "x01", "start": 101, "out": "straight"}, "board_id": "main", "sides": sides}
        answer = await self._own.post("/api/v1/matches", json=body)
        self.sheet.check("2 game messages", "a match begins", holds=answer.status_code in {201, 409}, shown=answer.text)

    async def restart_daemon(self, how: signal.Signals) -> None:
        """End the daemon and start it again."""
        self.is_down = True
        self._run.end(how)
        self.manager.state, self.live.state = None, {}
        self._run.start()
        await self._run.waiting.soon(lambda: self.manager.state and self.live.state and self.caller.is_connected, "the clients")
        self.is_down = False

    def judge(self) -> None:
        """Compare what the clients have counted with the journal, at the end."""
        behind_s = time.time() - time.monotonic()  # a listener that comes back reads late what was published before
        thrown = [
            (datetime.fromisoformat(event["timestamp"]).timestamp() - behind_s, label)
            for event in self._run.listener.events
            if (label := thrown_label(event)) is not None
        ]
        rows = {"1": (self.manager, self.game), "2": (self.caller,), "3": (self.stream,), "4": (self.live,)}
        for section, clients in rows.items():
            for each in clients:
                each.compare(self.sheet, f"{section} every throw", thrown)
        fourth = sum(event["event_type"] == "extra_dart" for event in self._run.listener.events)
        self.sheet.check("fourth dart", "came, and was in no list", holds=fourth, shown=fourth)
        longest_s = max(self.manager.longest_s, 0.0)
        self.sheet.check("1 idle", "something comes every 30 s", holds=0 < longest_s < 30, shown=f"{longest_s:.1f} s")
        self.sheet.check(
            "3 keepalive", "something comes every 15 s", holds=0 < self.stream.longest_s < 16, shown=f"{self.stream.longest_s:.1f} s"
        )
        missing = {"Board Status", "darts-thrown", "darts-pulled", "match-started", "game-started", "busted"} - self.caller.kinds
        self.sheet.check("2 game messages", "came", holds=not missing, shown=missing)


def faults(length_s: float) -> list[ScriptedFault]:
    """Return a camera that is unplugged, a process that ends, all cameras lost, and a frozen picture."""
    moments = {"unplugged": (0.15, "cam0", 8.0), "crash": (0.28, "cam1", 0.0), "black": (0.5, None, 8.0), "frozen": (0.6, "cam2", 20.0)}
    found = []
    for kind, (share, camera, for_s) in moments.items():
        which = None if camera is None else CameraId(camera)
        found.append(ScriptedFault(kind=kind, at_s=FIRST_S + share * length_s, for_s=for_s, camera=which))  # type: ignore[arg-type]  # one of them
    lost = ScriptedFault(kind="unplugged", at_s=FIRST_S + 0.85 * length_s, for_s=8.0)
    return [*found, lost]


async def play(minutes: float, seed: int, folder: Path, state: Path) -> tuple[Sheet, list[str]]:
    """Play, attack, and return the sheet with the rows that must be in it."""
    length_s, port, caller = 60 * minutes, free_port(), free_port()
    run = FaultRun(folder, faults(length_s), state=state, rig=RIG, fps=FPS, seed=seed, environ=LIMITS, story="mixed")
    text = re.sub("story=mixed", f"story=mixed&unusual={UNUSUAL}", run.config.read_text())
    run.config.write_text(f"{text}\n[compat]\nautodarts = {port}\narudart = {port}\nopendarts = {port}\ncaller = {caller}\n")
    async with run:
        neighbours = Neighbours(run, port, caller, seed)
        if minutes:
            async with neighbours.connected():
                await run.until_s(FIRST_S)
                await _live(run, neighbours, length_s)
            neighbours.judge()  # the last connections have ended too
            kinds = Counter(each["event_type"] for each in run.listener.events)
            print(", ".join(f"{name} {count}" for name, count in sorted(kinds.items())))
            print(f"slowest /api/state {neighbours.poller.slowest_s:.2f} s, load {os.getloadavg()[0]:.1f}")
        await attack(neighbours.sheet, port, caller, run.port, run.daemon.process.pid)
        errors = [each for each in run.log if "Traceback" in each or " ERROR" in each]
        neighbours.sheet.check("log", "has no traceback", holds=not errors, shown=errors[:2])
        if errors:
            print("\n".join(run.log[-60:]))
    return neighbours.sheet, [*(ROWS if minutes else ()), *ATTACKS]


async def _live(run: FaultRun, neighbours: Neighbours, length_s: float) -> None:
    """Act every 24 s, and end the daemon twice."""
    restarts = dict(zip(RESTARTS, (signal.SIGTERM, signal.SIGKILL), strict=True))
    began_s, number = time.monotonic(), 0
    while (since_s := time.monotonic() - began_s) < length_s:
        due = [share for share in restarts if since_s > share * length_s]
        if due:
            await neighbours.restart_daemon(restarts.pop(due[0]))
        try:
            await neighbours.act(number)
        except httpx2.HTTPError as error:
            neighbours.sheet.check("1 commands", "are answered", holds=False, shown=repr(error))
        number += 1
        await asyncio.sleep(max(0.0, EVERY_S * number - (time.monotonic() - began_s)))


def main() -> None:
    """Do what is asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=306, help="of the visits; 306 has 16 of 17 kinds and four fourth darts")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as folder:
        calibrate(Path(first), RIG)
        sheet, rows = asyncio.run(play(asked.minutes, asked.seed, Path(folder), Path(first) / "state"))
    print("\n".join(sheet.table(rows)))
    raise SystemExit(bool(sheet.wrong or sheet.failed(rows)))


if __name__ == "__main__":
    main()
