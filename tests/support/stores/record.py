"""Write a store with the dartd of a checkout: `python -m tests.support.stores.record CHECKOUT r0004.sql.gz` (README.md next to this)."""

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from websockets.sync.client import connect

from tests.support.daemon import free_port
from tests.support.stores.dump import dump

TOKEN: Final = "the-token-of-the-operator"  # noqa: S105 - a fixture's
PASSWORD: Final = "correct horse battery"  # noqa: S105 - a fixture's
PNG: Final = cv2.imencode(".png", np.zeros((1, 1), np.uint8))[1].tobytes()
_CAMERAS: Final = 3
_DEADLINE_S: Final = 240.0


class _Daemon:
    """`dartd run` of the checkout on three simulated cameras that play a story."""

    def __init__(self, checkout: Path, folder: Path, story: str, seed: int) -> None:
        self.port = free_port()
        epoch_s = time.monotonic() + 15.0
        lines = [f'state_dir = "{folder / "state"}"', "[auth]", f'token = "{TOKEN}"', "[server]", f"port = {self.port}"]
        for k in range(_CAMERAS):
            url = f"sim:?rig=1&seed={seed}&story={story}&camera={k}&epoch={epoch_s:.3f}"
            lines += ["[[cameras]]", f'id = "cam{k}"', f'url = "{url}"', "fps = 12"]
        if (checkout / "dartd" / "outlets" / "webhooks").exists():
            lines += ["[webhooks]", "allow_private = true"]
        (folder / "dartd.toml").write_text("\n".join(lines) + "\n")
        command = [sys.executable, "-m", "dartd", "run", "--config", str(folder / "dartd.toml")]
        self._printed = folder / f"{story}.txt"
        with self._printed.open("w") as printed:
            self.process = subprocess.Popen(command, cwd=checkout, env={**os.environ, "PYTHONPATH": str(checkout)}, stdout=printed)

    @property
    def notices(self) -> str:
        """Everything that it has printed."""
        return self._printed.read_text()

    def end(self) -> None:
        """End it as systemd does."""
        self.process.terminate()
        assert self.process.wait(30) == 0

    def request(self, method: str, path: str, body: object = None, token: str = TOKEN, headers: dict[str, str] | None = None) -> Any:
        """Send a request; None when the route does not exist in this checkout, or nothing listens yet."""
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        sent = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", **(headers or {})}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data=data, method=method, headers=sent)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - http, as written above
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            with error:
                if error.code not in {404, 405}:
                    raise AssertionError(f"{method} {path}: {error.code} {error.read()!r}") from error
            return None
        except OSError:
            return None

    def correct(self, **command: object) -> None:
        """Correct a dart over the WebSocket."""
        address = f"ws://127.0.0.1:{self.port}/ws"
        with connect(address, additional_headers={"Authorization": f"Bearer {TOKEN}"}, proxy=None) as socket:
            socket.send(json.dumps({"action": "correct", **command}))
            while (message := json.loads(socket.recv(timeout=20)))["event_type"] != "dart_corrected":
                assert message["event_type"] != "error", message


def record(checkout: Path, path: Path) -> None:
    """Run the daemon of a checkout, correct darts and add people through its API, and write its store as a dump."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with _running(checkout, folder, "demo", 7) as daemon:
            _people(daemon)
            _until(lambda: _count(folder, "dart_hit") >= 2, "two darts")
            darts = [event["dart_id"] for event in _events(folder, "dart_hit")]
            daemon.correct(operation="change", dart_id=darts[0], label="T20")
            _until(lambda: _count(folder, "visit_completed") >= 1, "a visit")
            daemon.request("PUT", "/api/v1/board/player", {"player_id": "p_bea"})
            last = _events(folder, "visit_completed")[-1]
            deleted = last["throws"][-1]["dart_number"]
            daemon.correct(operation="delete", visit_id=last["visit_id"], dart_number=deleted)
            _until(lambda: _count(folder, "takeout_finished") >= 2, "two takeouts")
            _play(daemon)
            _surroundings(daemon, darts[0])
            _club(daemon)
        with _running(checkout, folder, "tc8_5", 7) as daemon:
            daemon.request("POST", "/api/v1/board/reset", {})
            _until(lambda: _count(folder, "dart_bounce_out") >= 2, "two bounce-outs")
            _until(lambda: _count(folder, "visit_completed") >= 5, "the visits that they were part of")
        with _running(checkout, folder, "tc8_6", 7):
            _until(lambda: _count(folder, "throw_miss") >= 1, "a miss, after which its visit's other darts stand")
        with contextlib.closing(sqlite3.connect(folder / "state" / "dartd.db")) as connection:
            path.write_bytes(dump(connection))


@contextlib.contextmanager
def _running(checkout: Path, folder: Path, story: str, seed: int) -> Iterator[_Daemon]:
    daemon = _Daemon(checkout, folder, story, seed)
    try:
        _until(lambda: daemon.request("GET", "/health") is not None, "an answer")
        yield daemon
        daemon.end()
    finally:
        daemon.process.kill()
        daemon.process.wait()


def _first_password(notices: str) -> str:
    """Return the first account's password, which later revisions write to a file where there is no terminal."""
    words = notices.split("user admin, password ", 1)[1].split()
    return Path(words[1]).read_text().strip() if words[0] == "in" else words[0]


def _people(daemon: _Daemon) -> None:
    """Make players, users and keys, as far as the checkout has routes for them."""
    if daemon.request("GET", "/api/v1/players") is None:
        return
    password = _first_password(daemon.notices)
    admin = daemon.request("POST", "/api/v1/auth/login", {"username": "admin", "password": password})["access_token"]
    players: dict[str, dict[str, object]] = {
        "p_ada": {"name": "Ada", "badge_id": "04:a1", "group": "mondays", "skill_level": "advanced"},
        "p_bea": {"name": "Bea", "badge_id": "04:b2", "shared": True},
        "p_cyd": {"name": "Cyd"},
    }
    for player_id, fields in players.items():
        key = {"Idempotency-Key": f"make-{player_id}"}
        daemon.request("POST", "/api/v1/players", {"player_id": player_id, **fields}, admin, key)
    daemon.request("PUT", "/api/v1/players/p_ada/photo", PNG, admin, {"Content-Type": "image/png"})
    daemon.request("DELETE", "/api/v1/players/p_cyd", token=admin)
    for username, role, of_player in (("ada", "player", "p_ada"), ("olga", "operator", None)):
        user = {"username": username, "name": username.title(), "password": PASSWORD, "role": role, "player_id": of_player}
        daemon.request("POST", "/api/v1/users", user, admin)
    daemon.request("POST", "/api/v1/auth/api-keys", {"name": "tv", "permissions": ["board:read"]}, admin)
    daemon.request("POST", "/api/v1/auth/login", {"username": "ada", "password": PASSWORD})
    daemon.request("PUT", "/api/v1/board/player", {"player_id": "p_ada"})


def _play(daemon: _Daemon) -> None:
    """Score a match that ends and one that goes on by hand, as far as the checkout has routes for them."""
    sides = [{"players": ["p_ada"]}, {"players": ["p_bea"]}]
    for visits in ((("S20", "S1", "S1"), ("S5", "S5", "S5"), ("S19", "D20")), (("T20",),)):
        new = {"rules": {"game": "x01", "start": 81}, "sides": sides}
        match = daemon.request("POST", "/api/v1/matches", new)
        if match is None:
            return
        for visit in visits:
            daemon.request("POST", f"/api/v1/matches/{match['match_id']}/throws", {"darts": visit})


def _surroundings(daemon: _Daemon, throw_id: str) -> None:
    """Make a zone, a format, a webhook, a comment and a verdict, as far as the checkout has routes for them."""
    triangle = [[-50, -50], [50, -50], [0, 50]]
    daemon.request("POST", "/api/v1/zones", {"zone_id": "middle", "name": "Middle", "polygon_coords": triangle})
    daemon.request("POST", "/api/v1/formats", {"format_id": "short", "name": "Short", "rules": {"game": "x01", "start": 101}})
    hook = {"webhook_id": "hook", "name": "Hook", "url": "https://192.0.2.1/darts", "events": ["match_finished"], "is_active": False}
    daemon.request("POST", "/api/v1/webhooks", hook)
    daemon.request("POST", "/api/v1/comments", {"parent_type": "player", "parent_id": "p_ada", "text": "plays on Mondays"})
    daemon.request("POST", f"/api/v1/throws/{throw_id}/feedback", {"verdict": "correct"})


def _club(daemon: _Daemon) -> None:
    """Draw a tournament of two players and a guest, and call a fixture, as far as the checkout has routes for them."""
    entrants = [{"player_id": "p_ada"}, {"player_id": "p_bea"}, {"name": "Guest"}]
    new = {"tournament_id": "cup", "name": "Cup", "format": "round_robin", "rules": {"game": "x01", "start": 81}, "entrants": entrants}
    if daemon.request("POST", "/api/v1/tournaments", new) is None:
        return
    daemon.request("POST", "/api/v1/tournaments/cup/draw", {})
    fixture = daemon.request("GET", "/api/v1/fixtures?tournament_id=cup")["data"][0]
    daemon.request("PUT", f"/api/v1/fixtures/{fixture['fixture_id']}/status", {"status": "called"})


def _events(folder: Path, event_type: str) -> list[dict[str, Any]]:
    with contextlib.closing(sqlite3.connect(folder / "state" / "dartd.db")) as connection:
        found = connection.execute("SELECT wire FROM events WHERE event_type = ? ORDER BY seq", (event_type,)).fetchall()
        return [json.loads(wire) for (wire,) in found]


def _count(folder: Path, event_type: str) -> int:
    return len(_events(folder, event_type))


def _until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + _DEADLINE_S
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come")
        time.sleep(0.1)


if __name__ == "__main__":
    record(Path(sys.argv[1]).resolve(), Path(sys.argv[2]))
