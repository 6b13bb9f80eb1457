"""A real daemon in a process of its own, on a recording of plain pictures, and ways to look at it from outside."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from tests.support.postgres import environment_of
from tests.support.recordings import HEIGHT, WIDTH, write_recording
from tests.support.waiting import DEADLINE_S, Waiting

ROOT = Path(__file__).resolve().parents[2]


def children(pid: int) -> list[int]:
    """Return the ids of the processes that a process has started; none if it has ended."""
    tasks = Path(f"/proc/{pid}/task")
    try:
        return [int(child) for thread in tasks.iterdir() for child in (thread / "children").read_text().split()]
    except OSError:
        return []


def free_port() -> int:
    """Return a port that no process listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def write_config(folder: Path, port: int, *, cameras: int = 2) -> Path:
    """Write a configuration whose cameras play a recording of plain pictures; state and store lie in the folder."""
    pictures = folder / "pictures"
    pictures.mkdir(exist_ok=True)
    write_recording(pictures, [[10, 200]], cameras=cameras, still_ms=60_000, fps=5)
    lines = [f'state_dir = "{folder / "state"}"', "[server]", 'host = "127.0.0.1"', f"port = {port}"]
    for rule in ("calibration_failed", "camera_fault", "camera_fps_low", "camera_offline"):  # plain pictures that end would raise them
        lines += ["[[alerts.rules]]", f'name = "{rule}"', "enabled = false"]
    for k in range(cameras):
        lines += ["[[cameras]]", f'id = "cam{k}"', f'url = "recording:{pictures}"', f"width = {WIDTH}", f"height = {HEIGHT}", "fps = 5"]
    path = folder / "dartd.toml"
    path.write_text("\n".join(lines) + "\n")
    return path


class RunningDaemon:
    """`dartd run` as a child process; killed with all that it started when the `with` is left."""

    def __init__(
        self,
        config: Path,
        port: int,
        *,
        environ: Mapping[str, str] | None = None,
        command: Sequence[str] = (),
        pass_fds: Sequence[int] = (),
        options: Sequence[str] = (),
        module: str = "dartd",
    ) -> None:
        self._pass_fds = tuple(pass_fds)
        self.port = port
        self.waiting = Waiting()
        self._command = [*command, sys.executable, "-m", module, "run", "--config", str(config), *options]
        self._environ = {**os.environ, "PYTHONPATH": str(ROOT), **environment_of(config.parent / "state"), **(environ or {})}

    def __enter__(self) -> Self:
        """Start it; use `until_ready` to wait for it."""
        self.process = subprocess.Popen(
            self._command, env=self._environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, pass_fds=self._pass_fds
        )
        return self

    def __exit__(self, *_: object) -> None:
        """Make sure that it has ended."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def log_to(self, path: Path) -> None:
        """Write the log to a file until the daemon has ended: a full pipe would hold it up."""
        assert self.process.stderr is not None
        with path.open("w") as file:
            file.writelines(self.process.stderr)

    def get(self, path: str) -> Any:
        """Return the answer to a GET request; None while there is none."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=DEADLINE_S) as answer:
                return json.loads(answer.read())
        except OSError:
            return None

    def until_ready(self) -> dict[str, Any]:
        """Wait until every camera has answered or failed; return the health report."""
        found = self.waiting.until(self._ready, "the daemon's cameras")
        assert found is not None
        return found

    def ask(self, action: str, token: str) -> dict[str, Any]:
        """Command the board as the operator."""
        url = f"http://127.0.0.1:{self.port}/api/v1/board/{action}"
        request = urllib.request.Request(url, data=b"{}", method="POST", headers={"Authorization": f"Bearer {token}"})
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=DEADLINE_S) as answer:  # noqa: S310 - the scheme stands two lines above
            found: dict[str, Any] = json.loads(answer.read())
            return found

    def fork_server(self) -> int | None:
        """Return the id of the fork server; None while there is none."""
        return next((pid for pid in children(self.process.pid) if _name(pid) == "dartd fork srv"), None)

    def cameras(self) -> list[int]:
        """Return the ids of the camera processes."""
        fork_server = self.fork_server()
        return [] if fork_server is None else children(fork_server)

    def children(self) -> list[int]:
        """Return the ids of all processes that it has started: the fork server, multiprocessing's resource tracker, the cameras."""
        return [*children(self.process.pid), *self.cameras()]

    def end(self, how: signal.Signals = signal.SIGTERM, timeout_s: float = DEADLINE_S) -> tuple[int, str, str]:
        """End it and give exit status, stdout and stderr."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        out, err = self.process.communicate(timeout=timeout_s)
        return self.process.returncode, out, err

    def _ready(self) -> dict[str, Any] | None:
        if self.process.poll() is not None:
            raise AssertionError(f"the daemon ended with {self.process.returncode}: {self.process.communicate()}")
        found: dict[str, Any] | None = self.get("/health")
        if found and all(camera["state"] != "starting" for camera in found["components"]["cameras"].values()):
            return found
        return None


def _name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def is_running(pid: int) -> bool:
    """Return whether a process runs (one that has ended and is not reaped yet does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
