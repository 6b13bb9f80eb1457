"""A real mosquitto, which keeps its sessions over a restart."""

import os
import subprocess
from pathlib import Path
from shutil import which
from typing import Self

import pytest

from tests.support.daemon import free_port
from tests.support.waiting import DEADLINE_S, Waiting


class Mosquitto:
    """A broker on a loopback port; stopped when the `with` is left."""

    def __init__(self, folder: Path, *, cert: tuple[Path, Path] | None = None, login: tuple[str, str] | None = None) -> None:
        program = which("mosquitto") or "/usr/sbin/mosquitto"
        if not Path(program).exists() and os.environ.get("CI") != "true":
            pytest.skip("needs mosquitto")
        folder.mkdir(exist_ok=True)
        self.port = free_port()
        self._program = program
        self._config = folder / "mosquitto.conf"
        self._log = folder / "mosquitto.log"
        self._config.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous {str(login is None).lower()}\npersistence true\n"
            f"persistence_location {folder}/\nlog_dest file {self._log}\nmax_queued_messages 0\n"
            + ("user root\n" if os.geteuid() == 0 else "")
            + (f"certfile {cert[0]}\nkeyfile {cert[1]}\n" if cert else "")
            + (f"password_file {folder}/logins\n" if login else "")
        )
        self._scheme = "mqtts" if cert else "mqtt"
        if login is not None:
            subprocess.run(
                ["mosquitto_passwd", "-b", "-c", str(folder / "logins"), *login], check=True, capture_output=True, timeout=DEADLINE_S
            )

    @property
    def log(self) -> str:
        """Return what it has logged."""
        return self._log.read_text()

    @property
    def url(self) -> str:
        """Return its address as configured."""
        return f"{self._scheme}://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        """Start it."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        self.stop()

    def start(self) -> None:
        """Start it, and wait until it listens."""
        self._log.unlink(missing_ok=True)
        self._process = subprocess.Popen([self._program, "-c", str(self._config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        Waiting().until(self._is_running, "mosquitto")

    def stop(self) -> None:
        """Stop it; sessions and retained messages are kept."""
        self._process.terminate()
        self._process.wait(DEADLINE_S)

    def _is_running(self) -> bool:
        assert self._process.poll() is None, self._log.read_text()
        return self._log.exists() and "running" in self._log.read_text()
