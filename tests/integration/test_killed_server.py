"""kill -9 of the server that has the store, and of the daemon: nothing that was published is missing, nothing is there twice."""

import contextlib
import http.client
import json
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.test_killed_daemon import listening
from tests.support.daemon import RunningDaemon, free_port, write_config
from tests.support.postgres import PostgresServer, journalled
from tests.support.waiting import Waiting

pytestmark = [pytest.mark.slow, pytest.mark.postgresql, pytest.mark.timeout(900)]

KILLS = 3


@contextlib.contextmanager
def _commanding(daemon: RunningDaemon, token: str, answered: list[int]) -> Iterator[None]:
    """Send the operator's commands one after the other, whether or not they are refused, and note the seqs that are answered."""
    done = threading.Event()

    def command() -> None:
        while not done.is_set():
            with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
                answered.extend(daemon.ask("reset", token)["seq"])

    commander = threading.Thread(target=command)
    commander.start()
    try:
        yield
    finally:
        done.set()
        commander.join()


def _database(daemon: RunningDaemon) -> Any:
    return (daemon.get("/health") or {}).get("db")


def test_store_goes_on_when_its_server_comes_back(tmp_path: Path, waiting: Waiting) -> None:
    """Without its server the daemon must say so, refuse commands and run on; with it every event that was published must be there once.

    The password of the address must be in nothing that the daemon writes or answers.
    """
    port = free_port()
    config = write_config(tmp_path, port, cameras=1)
    received: list[str] = []
    answered: list[int] = []
    with PostgresServer(durable=True) as server:
        server.execute("CREATE DATABASE darts")
        url = server.url("darts", tmp_path / "state")
        environ = {"DARTD_STORE_URL": url.url}
        with RunningDaemon(config, port, environ=environ) as daemon:
            daemon.until_ready()
            token = (tmp_path / "state" / "operator-token").read_text().strip()
            with listening(port, received):
                with _commanding(daemon, token, answered):
                    for _ in range(KILLS):
                        before = len(answered)
                        waiting.until(lambda before=before: len(answered) > before + 5, "answers")  # type: ignore[misc]
                        server.kill()
                        waiting.until(lambda: _database(daemon) == "error", "the health report")
                        server.start()
                        waiting.until(lambda: _database(daemon) == "ok", "the health report")
                texts = [json.dumps(daemon.get(path)) for path in ("/health", "/api/v1/events?limit=100")]
                _, out, log = daemon.end(signal.SIGKILL)
        with RunningDaemon(config, port, environ=environ) as daemon:
            daemon.until_ready()
            later = daemon.ask("reset", token)["seq"]
            daemon.end()
        journal = journalled(url)

    ids = [event["event_id"] for event in journal]
    assert [event["seq"] for event in journal] == list(range(1, len(journal) + 1))
    assert len(set(ids)) == len(ids)
    assert len({event_id.rpartition("-")[0] for event_id in ids}) == 1
    assert set(received) <= set(ids)
    assert len(set(received)) == len(received)
    shown = [event["event_id"] for event in journal if event["topic"].startswith("board:")]  # what a client without a login receives
    assert received == shown[shown.index(received[0]) :][: len(received)]  # in order, and none was left out
    assert answered == sorted(set(answered))
    assert set(answered) | set(later) <= {event["seq"] for event in journal}
    assert [text[:2000] for text in (out, log, *texts) if "secret" in text.replace("first-password", "")] == []
    assert "the journal cannot be written, events wait" in log
