"""The daemon as its surroundings see it: sockets, signals, systemd, the store, its children."""

import asyncio
import os
import pty
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dartd.config import Config, VisitConfig
from dartd.deciders import build_board
from dartd.fusion.observation import Observation, OngoingMotion
from dartd.runtime.clock import LiveClock
from dartd.runtime.recovery import recover
from dartd.store.journal import Journal
from schemas.base import CameraId
from schemas.events import BoardStateChanged, JournalledEvent
from tests.support.board import landing
from tests.support.daemon import ROOT, RunningDaemon, free_port, is_running, write_config
from tests.support.postgres import journalled, location_of
from tests.support.waiting import DEADLINE_S, Waiting

pytestmark = pytest.mark.slow


def test_runs_and_ends_cleanly(tmp_path: Path, waiting: Waiting) -> None:
    """It answers, says where, and SIGTERM ends it and its children with status 0."""
    port = free_port()
    with RunningDaemon(write_config(tmp_path, port), port) as daemon:
        health = daemon.until_ready()
        children = daemon.children()
        status, out, err = daemon.end()
    # the tracker that Python starts with child processes ends a moment after its parent
    waiting.until(lambda: not any(is_running(pid) for pid in children), "the end of every child")

    token = (tmp_path / "state" / "operator-token").read_text().strip()
    assert set(health["components"]["cameras"]) == {"cam0", "cam1"}
    assert (status, token in out, token in err) == (0, False, False)
    assert f"http://127.0.0.1:{port}/" in out
    assert len(children) >= 2


def test_second_daemon_is_refused_while_the_first_goes_on(tmp_path: Path) -> None:
    """On the same store, or on the same port, a second daemon says what is in its way and ends with status 1."""
    port, other = free_port(), free_port()
    config = write_config(tmp_path, port)
    with RunningDaemon(config, port) as first:
        first.until_ready()
        with RunningDaemon(config, other, environ={"DARTD_SERVER_PORT": str(other)}) as second:
            second.process.wait(DEADLINE_S)
            on_store = second.end()
        with RunningDaemon(config, port, environ={"DARTD_STATE_DIR": str(tmp_path / "elsewhere")}) as third:
            third.process.wait(DEADLINE_S)
            on_port = third.end()
        answer = first.get("/health/live")

    assert (on_store[0], on_port[0], answer) == (1, 1, {"status": "ok"})
    assert f"{location_of(tmp_path / 'state' / 'dartd.db')} is in use by another dartd (process {first.process.pid})" in on_store[2]
    assert f"cannot listen on 127.0.0.1:{port} (Address already in use)" in on_port[2]


def test_secrets_are_shown_on_a_terminal(tmp_path: Path) -> None:
    """There they are stored nowhere; the password of the first account is in no file then."""
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "dartd", "run", "--config", str(write_config(tmp_path, free_port(), cameras=1))]
    with subprocess.Popen(command, stdout=follower, stderr=subprocess.DEVNULL, cwd=ROOT) as process:
        os.close(follower)
        shown = ""
        while "listens on" not in shown:
            shown += os.read(leader, 4096).decode()
        process.terminate()
    os.close(leader)

    assert (tmp_path / "state" / "operator-token").read_text().strip() in shown
    assert "user admin, password " in shown
    assert not (tmp_path / "state" / "first-password").exists()


def test_killed_daemon_leaves_no_process_and_goes_on_where_it_was(tmp_path: Path, waiting: Waiting) -> None:
    """After kill -9 the children end too; the next start goes on with the same stream, without a gap, and the same token."""
    port = free_port()
    config = write_config(tmp_path, port)
    with RunningDaemon(config, port) as daemon:
        daemon.until_ready()
        token = (tmp_path / "state" / "operator-token").read_text().strip()
        earlier = [daemon.ask("reset", token)["seq"] for _ in range(3)]
        children = daemon.children()
        daemon.end(signal.SIGKILL)
        waiting.until(lambda: not any(is_running(pid) for pid in children), "the end of the camera processes")
    with RunningDaemon(config, port) as daemon:
        daemon.until_ready()
        later = daemon.ask("reset", token)["seq"]
        _, out, _ = daemon.end()

    rows = journalled(tmp_path / "state" / "dartd.db")
    assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
    assert len({row["event_id"].split("-")[0] for row in rows}) == 1
    assert all(rows[seq - 1] for seqs in [*earlier, later] for seq in seqs)
    assert max(earlier[-1]) < min(later)
    assert token not in out


def test_systemd_is_notified(tmp_path: Path) -> None:
    """READY comes when the cameras have answered, the watchdog is fed, and the end is announced; SIGHUP reads the configuration."""
    port = free_port()
    channel = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    channel.bind(str(tmp_path / "notify"))
    channel.settimeout(20)
    environ = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "600000"}
    received: list[str] = []
    config = write_config(tmp_path, port, cameras=1)
    with channel, RunningDaemon(config, port, environ=environ) as daemon:
        while sum("WATCHDOG=1" in each for each in received) < 2:
            received.append(channel.recv(4096).decode())
        health = daemon.get("/health")
        config.write_text(config.read_text() + '[limits]\ndefault = 55\n[board]\nname = "Den"\n')
        daemon.process.send_signal(signal.SIGHUP)
        while "READY=1" not in received[-1]:
            received.append(channel.recv(4096).decode())
        status, _, err = daemon.end()
        while "STOPPING=1" not in received[-1]:
            received.append(channel.recv(4096).decode())

    assert received[0].startswith("READY=1\nSTATUS=1 of 1 cameras answer")
    assert health["components"]["cameras"]["cam0"]["state"] != "starting"
    assert status == 0
    assert "the configuration was read anew: changed limits.default" in err
    assert "these keys take effect at the next start: board.name" in err


def test_socket_of_systemd_is_taken_over(tmp_path: Path) -> None:
    """A socket that is handed over is listened on, whatever the configured port."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    handing_over = ["bash", "-c", f'exec 3<&{listener.fileno()}; export LISTEN_PID=$$ LISTEN_FDS=1; exec "$@"', "bash"]
    config = write_config(tmp_path, free_port(), cameras=1)
    with listener, RunningDaemon(config, port, command=handing_over, pass_fds=[listener.fileno()]) as daemon:
        health = daemon.until_ready()
        status, out, _ = daemon.end()

    assert (health["db"], status) == ("ok", 0)
    assert f":{port}/" in out


def test_camera_that_is_missing_does_not_hold_up_the_start(tmp_path: Path) -> None:
    """With one camera path that does not exist the daemon is ready, and health names the camera."""
    port = free_port()
    config = write_config(tmp_path, port)
    config.write_text(re.sub(r'url = "recording:[^"]*"', 'url = "/dev/v4l/by-path/nothing"', config.read_text(), count=1))
    with RunningDaemon(config, port) as daemon:
        health = daemon.until_ready()
        _, _, err = daemon.end()

    assert health["components"]["cameras"]["cam0"]["state"] == "offline"
    assert health["components"]["cameras"]["cam1"]["state"] != "offline"
    assert "/dev/v4l/by-path/nothing: no such camera" in err


def test_board_is_built_as_configured() -> None:
    """The board has the configured name and cameras, and starts with nothing in it."""
    board = build_board(Config(visit=VisitConfig(count_misses=False)), [CameraId("cam0")])

    snapshot = board.snapshot()
    assert (snapshot.board_id, [camera.camera_id for camera in snapshot.cameras], snapshot.darts) == ("main", ["cam0"], ())


async def test_board_comes_back_from_the_journal(tmp_path: Path) -> None:
    """A daemon that is started anew knows the darts that stand, the visit and the ids, from its memory or from the journal alone."""
    config = Config(state_dir=str(tmp_path))
    before = build_board(config, [])
    events: list[JournalledEvent] = []
    for each in (landing("T20", settled_at_s=10.0, episode=1), landing("D16", settled_at_s=20.0, episode=2)):
        at_s = each.settled_at_s
        events += before._throws.observe(OngoingMotion(at_s=at_s - 1, hand=False), at_s - 1)
        events += before._throws.observe(Observation(at_s=at_s, started_s=at_s - 1, settled_s=at_s, darts=(each,)), at_s)
    journal = await asyncio.to_thread(Journal.open, config.store_path, config.board.board_id)
    await journal.append(events, at_s=time.time())
    from_journal, from_memory = build_board(config, []), build_board(config, [])
    await recover(from_journal, journal, LiveClock())
    mark = BoardStateChanged(state="throw_finished", previous_state="throw_finished", status="throw", previous_status="throw", reason="")
    await journal.append([mark], at_s=1.0, memories={"board": before.memory(0.0)})
    await recover(from_memory, journal, LiveClock())
    await asyncio.to_thread(journal.close)

    for after in (from_journal, from_memory):
        assert [dart.score.label for dart in after.snapshot().darts] == ["T20", "D16"]
        assert after.snapshot().visit == before.snapshot().visit
        assert [dart.dart_id for dart in after.known_darts()] == [dart.dart_id for dart in before.known_darts()]
