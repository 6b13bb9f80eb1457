"""Bad input of every kind to a real daemon: each is answered with a clear error, and nothing is lost by it."""

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import websockets

from tests.support.daemon import ROOT, RunningDaemon, free_port, write_config
from tests.support.recordings import write_recording
from tests.support.simulation import journal
from tests.support.waiting import DEADLINE_S
from tests.support.websocket_client import WebSocketClient


def _dartd(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    command = [sys.executable, "-m", "dartd", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=DEADLINE_S, check=False)


@pytest.mark.parametrize(
    ("pattern", "replacement", "words"),
    [
        (r"port = ", "prot = ", ["server", "prot"]),
        (r"port = \d+", 'port = "many"', ["server.port: expected a whole number", 'got "many"']),
        (r"port = \d+", "port = 70000", ["server.port", "70000"]),
        (r"fps = 5", "fps = 0", ["cameras[0].fps", "0"]),
        (r'id = "cam1"', 'id = "cam0"', ["cam0"]),
        (r"\[server\]", "[server", ["line"]),
    ],
    ids=["unknown key", "wrong type", "out of range", "wrong camera", "two of a name", "no TOML"],
)
def test_wrong_configuration_is_refused(tmp_path: Path, pattern: str, replacement: str, words: list[str]) -> None:
    """A configuration that makes no sense ends the start with status 2, one message that names the place, and nothing written."""
    config = write_config(tmp_path, free_port())
    config.write_text(re.sub(pattern, replacement, config.read_text(), count=1))

    done = _dartd("run", "--config", str(config))

    assert done.returncode == 2
    assert [word for word in words if word not in done.stderr] == []
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "state").exists()


def test_broken_recording_is_refused(tmp_path: Path) -> None:
    """A recording that cannot be read ends a replay with status 2 and a message that names the file."""
    (tmp_path / "recording.json").write_text('{"version": 1, "cameras":')

    done = _dartd("replay", str(tmp_path), "--jsonl")

    assert (done.returncode, done.stdout) == (2, "")
    assert f"{tmp_path / 'recording.json'} is no recording" in done.stderr
    assert "Traceback" not in done.stderr


def test_broken_picture_does_not_end_a_replay(tmp_path: Path) -> None:
    """A picture that is missing and one that is none are faults of their cameras until the next good one: status 0."""
    write_recording(tmp_path, [[10, 200, 60]], cameras=2, still_ms=400, fps=5)
    (tmp_path / "10.jpg").unlink()
    (tmp_path / "200.jpg").write_bytes(b"no picture")

    done = _dartd("replay", str(tmp_path), "--jsonl")

    events = [json.loads(line) for line in done.stdout.splitlines()]
    reasons = {
        event["camera_id"]: event["reason"] for event in events if event["event_type"] == "camera_state_changed" and event["t_ms"] < 800
    }
    assert done.returncode == 0
    assert all(reason.startswith("bad frame") for reason in reasons.values())
    assert set(reasons) == {"cam0", "cam1"}
    assert any(event["event_type"] == "calibration_changed" for event in events if event["t_ms"] >= 800)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the daemon."""
    return tmp_path_factory.mktemp("daemon")


@pytest.fixture(scope="module")
def daemon(home: Path) -> Iterator[RunningDaemon]:
    """Run one daemon for all that is done to it; one of its cameras is not there."""
    port = free_port()
    config = write_config(home, port)
    config.write_text(re.sub(r'url = "recording:[^"]*"', 'url = "/dev/v4l/by-path/nothing"', config.read_text(), count=1))
    with RunningDaemon(config, port) as running:
        running.until_ready()
        yield running


def test_missing_camera_is_reported(daemon: RunningDaemon) -> None:
    """The daemon runs without one of its cameras, which is offline, and health says so."""
    health = daemon.get("/health")

    assert health["status"] == "degraded"
    assert health["components"]["cameras"]["cam0"]["state"] == "offline"
    assert "camera cam0 is offline" in health["reasons"]


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"DARTD_SERVER_PORT": "0"}, "is in use by another dartd (process {pid})"),
        ({"DARTD_STATE_DIR": "{elsewhere}"}, "cannot listen on 127.0.0.1:{port} (Address already in use)"),
    ],
    ids=["same store", "same port"],
)
def test_second_daemon_leaves_the_first_alone(
    daemon: RunningDaemon, home: Path, tmp_path: Path, environ: dict[str, str], words: str
) -> None:
    """A second daemon on the same store or port ends with status 1 and the reason; the first goes on writing."""
    before = _reset(daemon, home)
    environ = {key: value.format(elsewhere=tmp_path / "elsewhere") for key, value in environ.items()}
    with RunningDaemon(home / "dartd.toml", daemon.port, environ=environ) as second:
        second.process.wait(DEADLINE_S)
        status, _, err = second.end()

    assert status == 1
    assert words.format(pid=daemon.process.pid, port=daemon.port) in err
    assert "Traceback" not in err
    assert _reset(daemon, home) > before


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("{", "INVALID_JSON"),
        ("[" * 50_000, "INVALID_JSON"),
        ("[]", "VALIDATION_ERROR"),
        ('{"action": "dance"}', "UNKNOWN_ACTION"),
        ('{"type": 7}', "VALIDATION_ERROR"),
        ('{"action": "resume", "since": -1}', "VALIDATION_ERROR"),
        ('{"action": "reset"}', "AUTH_INSUFFICIENT_PERMISSIONS"),
    ],
    ids=["half an object", "deep", "no object", "unknown type", "no word", "no number", "no right"],
)
async def test_bad_message_is_answered_and_the_connection_stays(daemon: RunningDaemon, home: Path, message: str, code: str) -> None:
    """Each gets an error with a code and words, and the client goes on receiving every event."""
    async with _connected(daemon) as listener:
        await listener.socket.send(message)
        error = await _receive(listener, "error")
        await listener.send(action="ping")
        pong = await _receive(listener, "pong")
        seq = await asyncio.to_thread(_reset, daemon, home)
        event = await _receive(listener, "board_reset")

    assert (error["code"], bool(error["message"])) == (code, True)
    assert pong["last_seq"] <= event["seq"]
    assert event["seq"] == seq


@pytest.mark.parametrize(("message", "code"), [(b"\x00\xff", 1003), ("x" * (1 << 20), 1009)], ids=["binary frame", "1 MB"])
async def test_what_is_no_message_ends_that_connection_alone(daemon: RunningDaemon, home: Path, message: str | bytes, code: int) -> None:
    """The client is disconnected with a code and a reason; others go on, and after a resume nothing is missed."""
    async with _connected(daemon) as other, _connected(daemon) as bad:
        since = (await _receive(bad, "snapshot"))["last_seq"]
        await bad.socket.send(message)
        closed, reason = await bad.until_closed()
        seq = await asyncio.to_thread(_reset, daemon, home)
        event = await _receive(other, "board_reset")
    async with _connected(daemon, f"?since={since}") as back:
        missed = await _receive(back, "board_reset")

    assert (closed, bool(reason)) == (code, True)
    assert event["seq"] == seq
    assert missed == event
    assert [each["seq"] for each in journal(home)] == list(range(1, len(journal(home)) + 1))


@asynccontextmanager
async def _connected(daemon: RunningDaemon, query: str = "") -> AsyncIterator[WebSocketClient]:
    async with websockets.connect(f"ws://127.0.0.1:{daemon.port}/ws{query}") as socket:
        yield WebSocketClient(socket)


async def _receive(listener: WebSocketClient, event_type: str) -> dict[str, Any]:
    """Return the next message of a type."""
    while (message := await listener.receive())["event_type"] != event_type:
        pass
    return message


def _reset(daemon: RunningDaemon, home: Path) -> int:
    """Reset the board as its operator, and give the seq of the event."""
    token = (home / "state" / "operator-token").read_text().strip()
    seqs = daemon.ask("reset", token)["seq"]
    return next(int(event["seq"]) for event in journal(home) if event["seq"] in seqs and event["event_type"] == "board_reset")
