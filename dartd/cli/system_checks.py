"""System checks of `dartd doctor`: state directory, secrets, database, port, clock, service. All functions block."""

import fcntl
import json
import os
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

from dartd.config import Config
from dartd.errors import ListenError, StoreError
from dartd.store.backends import Location, report_on
from dartd.store.report import StoreReport
from schemas.base import Value

Verdict = Literal["ok", "warn", "bad", "skipped"]

DISK_FREE_MIN_BYTES, DISK_FREE_WARN_BYTES = 200_000_000, 1_000_000_000
SECRETS = ("operator-token", "signing-key", "webhook-key")
CLOCK_TOLERANCE_S = 5.0
UNIT = "dartd.service"
TIMEOUT_S = 3.0


class Finding(Value, frozen=True, kw_only=True):
    """The result of one check: what was found, and a remedy if there is a problem."""

    check: str
    verdict: Verdict
    found: str
    remedy: str = ""


def state_findings(config: Config) -> Iterator[Finding]:
    """Check the state directory and the secrets in it."""
    path = config.state_path
    if not path.is_dir():
        parent = next(each for each in (path, *path.absolute().parents) if each.is_dir())
        writable = os.access(parent, os.W_OK)
        remedy = "" if writable else f"create it as root for the user that runs dartd: sudo install -d -o USER {path}"
        yield Finding(check="state", verdict="ok" if writable else "bad", found=f"{path} is created at the first start", remedy=remedy)
        return
    if not os.access(path, os.W_OK | os.X_OK):
        yield Finding(check="state", verdict="bad", found=f"{path} cannot be written by this user", remedy=f"sudo chown -R $USER {path}")
        return
    free_bytes = shutil.disk_usage(path).free
    verdict: Verdict = "bad" if free_bytes < DISK_FREE_MIN_BYTES else "warn" if free_bytes < DISK_FREE_WARN_BYTES else "ok"
    remedy = "" if verdict == "ok" else "free space; fewer images of throws are stored with a smaller images.keep_mb"
    yield Finding(check="disk", verdict=verdict, found=f"{free_bytes / 1e9:.1f} GB free in {path}", remedy=remedy)
    for name in SECRETS:
        secret = path / name
        if secret.is_file() and secret.stat().st_mode & 0o077:
            yield Finding(check="secrets", verdict="bad", found=f"{secret} can be read by others", remedy=f"chmod 600 {secret}")


def store_findings(config: Config) -> Iterator[Finding]:
    """Check the database: format, integrity, gaps in the journal, and the clock against the last event."""
    location = config.store_location
    try:
        report = report_on(location)
    except StoreError as error:
        yield Finding(check="database", verdict="bad", found=f"{location} cannot be read: {error}", remedy=_remedy(location))
        return
    if report is None:
        made = "is created" if isinstance(location, Path) else "has no tables yet, they are created"
        yield Finding(check="database", verdict="ok", found=f"{location} {made} at the first start")
        return
    yield _database(report, location)
    if report.last_at_s is not None and report.last_at_s > time.time() + CLOCK_TOLERANCE_S:
        ahead_s = report.last_at_s - time.time()
        found = f"the clock is {ahead_s:.0f} s behind the last event"
        yield Finding(check="clock", verdict="bad", found=found, remedy="set the clock and synchronise it: sudo timedatectl set-ntp true")


def _remedy(location: Location) -> str:
    if isinstance(location, Path):
        return f"move it away (dartd creates a new one), or repair it: sqlite3 {location} .recover"
    return "start the server, or correct store.url"


def _database(report: StoreReport, location: Location) -> Finding:
    key = "store.path to another file" if isinstance(location, Path) else "store.url to another database"
    if report.foreign:
        return Finding(check="database", verdict="bad", found=f"{location} is a database of another program", remedy=f"set {key}")
    if report.newer:
        return Finding(check="database", verdict="bad", found=f"{location} is from a newer version of dartd", remedy="install that version")
    if report.damage is not None:
        remedy = f"stop dartd, keep a copy, then: sqlite3 {location} .recover"
        return Finding(check="database", verdict="bad", found=f"{location} is damaged: {report.damage}", remedy=remedy)
    first, last = report.first_seq, report.last_seq
    if first is not None and last is not None and last - first + 1 != report.count:
        found = f"{location}: events are missing between {first} and {last}"
        return Finding(check="database", verdict="bad", found=found, remedy="restore a backup")
    if report.risk is not None:
        return Finding(check="database", verdict="warn", found=f"{location}: {report.risk}", remedy="correct it in postgresql.conf")
    size = f"{report.size_bytes / 1e6:.1f} MB"
    return Finding(check="database", verdict="ok", found=f"{location} is intact, {report.count} events, {size}")


def holder_of(config: Config) -> int | None:
    """Return the process id of the daemon that uses this store; None if there is none."""
    location = config.store_location
    path = location.with_name(location.name + ".lock") if isinstance(location, Path) else location.lock_path
    try:
        with path.open("rb") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                text = lock.readline(32).strip()
                return int(text) if text.isdigit() else 0
    except OSError:
        return None
    return None


def health_of(config: Config) -> dict[str, Any] | None:
    """Return the health report of the running daemon; None if it does not respond over plain HTTP."""
    host = "127.0.0.1" if config.server.host in {"0.0.0.0", "::"} else config.server.host  # noqa: S104 - compared, not bound
    try:
        with urllib.request.urlopen(f"http://{host}:{config.server.port}/health", timeout=TIMEOUT_S) as answer:
            found: dict[str, Any] = json.loads(answer.read())
            return found
    except (OSError, ValueError):
        return None


def daemon_findings(
    config: Config, pid: int | None, health: dict[str, Any] | None, bind: Callable[[Config], list[socket.socket]]
) -> Finding:
    """Check the running daemon, or whether one could listen."""
    where = f"{config.server.host}:{config.server.port}"
    if pid is None:
        try:
            for each in bind(config):
                each.close()
        except ListenError as error:
            return Finding(check="port", verdict="bad", found=error.message.partition(": ")[0], remedy=error.message.partition("): ")[2])
        return Finding(check="port", verdict="ok", found=f"{where} is free; no daemon runs on this store")
    if health is None:
        if config.server.tls_cert:
            return Finding(check="daemon", verdict="ok", found=f"process {pid} runs; it uses HTTPS and was not asked")
        return Finding(
            check="daemon", verdict="bad", found=f"process {pid} runs but does not respond on {where}", remedy="see its log; restart it"
        )
    reasons = "; ".join(health["reasons"])
    verdict: Verdict = {"healthy": "ok", "degraded": "warn"}.get(health["health"], "bad")  # type: ignore[assignment]  # a verdict
    found = f"process {pid} runs for {health['uptime_seconds'] / 60:.0f} min and is {health['health']}" + (
        f": {reasons}" if reasons else ""
    )
    return Finding(check="daemon", verdict=verdict, found=found, remedy="" if verdict == "ok" else "see its log")


def host_findings(run: Callable[[list[str]], str | None]) -> Iterator[Finding]:
    """Check clock and service; `run` returns the output of a command, None if it is not available."""
    synchronised = run(["timedatectl", "show", "-p", "NTPSynchronized", "--value"])
    if synchronised in {"yes", "no"}:
        good = synchronised == "yes"
        found = "the clock is synchronised" if good else "the clock is not synchronised"
        yield Finding(check="clock", verdict="ok" if good else "warn", found=found, remedy="" if good else "sudo timedatectl set-ntp true")
    else:
        yield Finding(check="clock", verdict="skipped", found="timedatectl does not report whether the clock is synchronised")
    output = run(["systemctl", "show", UNIT, "-p", "LoadState", "-p", "UnitFileState", "-p", "ActiveState"])
    unit = dict(line.split("=", 1) for line in (output or "").splitlines() if "=" in line)
    if not unit:
        yield Finding(check="service", verdict="skipped", found="systemd is not available")
    elif unit.get("LoadState") != "loaded":
        remedy = "sudo dartd install-service starts it with the machine"
        yield Finding(check="service", verdict="skipped", found=f"{UNIT} is not installed", remedy=remedy)
    else:
        good = unit.get("UnitFileState") == "enabled" and unit.get("ActiveState") == "active"
        found = f"{UNIT} is {unit.get('UnitFileState', '?')} and {unit.get('ActiveState', '?')}"
        yield Finding(
            check="service", verdict="ok" if good else "warn", found=found, remedy="" if good else f"sudo systemctl enable --now {UNIT}"
        )


def output_of(command: list[str]) -> str | None:
    """Return the output of a system command; None if it is not available, fails or takes too long."""
    path = shutil.which(command[0])
    if path is None:
        return None
    try:
        done = subprocess.run([path, *command[1:]], capture_output=True, text=True, timeout=TIMEOUT_S, check=False)  # noqa: S603 - fixed commands
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
