"""What the doctor finds besides cameras: real directories, databases, locks and sockets."""

import asyncio
import socket
import sqlite3
import time
from pathlib import Path

import msgspec
import pytest

from dartd.cli.system_checks import daemon_findings, health_of, holder_of, host_findings, output_of, state_findings, store_findings
from dartd.config import Config, ServerConfig
from dartd.listening import open_sockets
from dartd.store.journal import Journal
from dartd.store.sqlite.lock import StoreLock
from schemas.base import BoardId, VisitId
from schemas.events import BoardReset


def _config(folder: Path, port: int = 0) -> Config:
    return Config(state_dir=str(folder / "state"), server=ServerConfig(host="127.0.0.1", port=port))


def _with_events(folder: Path, count: int, at_s: float = 1.0) -> Config:
    """Make a store with events in it."""
    config = _config(folder)
    journal = Journal.open(config.store_path, BoardId("main"))

    async def append() -> None:
        await journal.append([BoardReset(visit_id=VisitId("v"))] * count, at_s=at_s)

    asyncio.run(append())
    journal.close()
    return config


def _verdicts(config: Config) -> list[tuple[str, str]]:
    return [(each.check, each.verdict) for each in (*state_findings(config), *store_findings(config))]


@pytest.mark.sqlite
def test_before_the_first_start_nothing_is_wrong(tmp_path: Path) -> None:
    """What is not there yet is made by dartd itself, and the doctor makes nothing."""
    assert _verdicts(_config(tmp_path)) == [("state", "ok"), ("database", "ok")]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.sqlite
def test_a_good_store_is_whole(tmp_path: Path) -> None:
    """Its events are counted; the disk has free space."""
    config = _with_events(tmp_path, 3)
    found = list(store_findings(config))

    assert [(each.check, each.verdict) for each in found] == [("database", "ok")]
    assert "is intact, 3 events" in found[0].found


@pytest.mark.sqlite
def test_what_is_wrong_with_a_store_is_named(tmp_path: Path) -> None:
    """A gap, events of the future, damage, and another program's file are each found, with a way out."""
    config = _with_events(tmp_path, 3, at_s=time.time() + 3600)
    connection = sqlite3.connect(config.store_path)
    connection.execute("DELETE FROM events WHERE seq = 2")
    connection.commit()
    connection.close()
    gap = list(store_findings(config))
    content = bytearray(config.store_path.read_bytes())
    content[4096:12288] = b"\x55" * 8192
    config.store_path.write_bytes(bytes(content))
    damaged = list(store_findings(config))
    config.store_path.unlink()
    sqlite3.connect(config.store_path).execute("CREATE TABLE t (a)").connection.close()
    foreign = list(store_findings(config))

    assert [(each.check, each.verdict) for each in gap] == [("database", "bad"), ("clock", "bad")]
    assert "missing between 1 and 3" in gap[0].found
    assert [each.verdict for each in damaged] == ["bad"]
    assert [(each.verdict, "another program" in each.found) for each in foreign] == [("bad", True)]
    assert all(each.remedy for each in (*gap, *damaged, *foreign))


def test_secrets_that_others_can_read_are_bad(tmp_path: Path) -> None:
    """The remedy is the command that mends it."""
    config = _config(tmp_path)
    config.state_path.mkdir()
    token = config.state_path / "operator-token"
    token.write_text("secret")
    token.chmod(0o644)
    found = [each for each in state_findings(config) if each.check == "secrets"]
    token.chmod(0o600)

    assert [(each.verdict, each.remedy) for each in found] == [("bad", f"chmod 600 {token}")]
    assert [each for each in state_findings(config) if each.check == "secrets"] == []


def test_a_daemon_is_known_by_its_lock(tmp_path: Path) -> None:
    """The process that holds the store is named; a lock file without a holder names none."""
    config = _config(tmp_path)
    config.state_path.mkdir()
    before = holder_of(config)
    lock = StoreLock.acquire(config.store_path)
    held = holder_of(config)
    lock.close()

    assert before is None
    assert held is not None
    assert holder_of(config) is None


def test_a_port_that_is_taken_is_bad_and_a_free_one_is_let_go(tmp_path: Path) -> None:
    """The doctor leaves the port as it found it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = _config(tmp_path, server.getsockname()[1])
        found = daemon_findings(taken, None, None, open_sockets)
    free = daemon_findings(taken, None, None, open_sockets)

    assert (found.verdict, "in use" in found.found, "server.port" in found.remedy) == ("bad", True, True)
    assert free.verdict == "ok"
    assert health_of(taken) is None


@pytest.mark.parametrize(("health", "verdict"), [("healthy", "ok"), ("degraded", "warn"), ("unhealthy", "bad")])
def test_a_running_daemon_is_judged_by_what_it_says(tmp_path: Path, health: str, verdict: str) -> None:
    """Its reasons are reported; one that does not answer is bad, one that uses HTTPS is skipped."""
    answer = {"health": health, "reasons": [] if health == "healthy" else ["camera cam0 is offline"], "uptime_seconds": 60.0}
    found = daemon_findings(_config(tmp_path), 7, answer, open_sockets)
    secret = msgspec.structs.replace(_config(tmp_path), server=ServerConfig(tls_cert="x", tls_key="y"))

    assert found.verdict == verdict
    assert ("cam0 is offline" in found.found) == (health != "healthy")
    assert daemon_findings(_config(tmp_path), 7, None, open_sockets).verdict == "bad"
    assert daemon_findings(secret, 7, None, open_sockets).verdict == "ok"


@pytest.mark.parametrize(
    ("clock", "unit", "verdicts"),
    [
        ("yes", "LoadState=loaded\nUnitFileState=enabled\nActiveState=active", ["ok", "ok"]),
        ("no", "LoadState=loaded\nUnitFileState=disabled\nActiveState=failed", ["warn", "warn"]),
        ("yes", "LoadState=not-found\nUnitFileState=\nActiveState=inactive", ["ok", "skipped"]),
        (None, None, ["skipped", "skipped"]),
    ],
)
def test_clock_and_service_are_judged_by_what_the_system_says(clock: str | None, unit: str | None, verdicts: list[str]) -> None:
    """Where the system says nothing nothing is held against it."""
    found = list(host_findings(lambda command: clock if command[0] == "timedatectl" else unit))

    assert [each.verdict for each in found] == verdicts
    assert all(each.remedy for each in found if each.verdict == "warn")


def test_programs_that_are_not_there_say_nothing() -> None:
    """Neither does one that fails."""
    assert output_of(["echo", "yes"]) == "yes"
    assert output_of(["false"]) is None
    assert output_of(["no-such-program"]) is None
