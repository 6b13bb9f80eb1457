"""kill -9 of the daemon while it publishes events: what a client received is in the journal, once, without a gap."""

import contextlib
import http.client
import json
import random
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from tests.support.daemon import RunningDaemon, free_port, write_config
from tests.support.postgres import journalled
from tests.support.waiting import DEADLINE_S

KILLS = 10


@contextlib.contextmanager
def listening(port: int, received: list[str]) -> Iterator[None]:
    """Note the id of every event that a client receives, until the daemon is gone."""

    def listen() -> None:
        with contextlib.suppress(OSError, WebSocketException), connect(f"ws://127.0.0.1:{port}/ws", proxy=None) as client:
            for message in client:
                event = json.loads(message)
                if "seq" in event:
                    received.append(event["event_id"])

    listener = threading.Thread(target=listen)
    listener.start()
    yield
    listener.join(DEADLINE_S)


def _reset_until_gone(daemon: RunningDaemon, token: str) -> list[int]:
    """Send the operator's commands one after the other; return the seqs that were answered."""
    answered: list[int] = []
    with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
        while True:
            answered += daemon.ask("reset", token)["seq"]
    return answered


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_no_published_event_is_missing(tmp_path: Path) -> None:
    """After ten kills at random moments the journal has every event that was received or answered, numbered without gap or repeat."""
    port = free_port()
    config = write_config(tmp_path, port, cameras=1)
    received: list[str] = []
    answered: list[int] = []
    rng = random.Random(20261120)
    for _ in range(KILLS):
        with RunningDaemon(config, port) as daemon:
            daemon.until_ready()
            token = (tmp_path / "state" / "operator-token").read_text().strip()
            with listening(port, received):
                killer = threading.Timer(rng.uniform(0.05, 0.6), daemon.process.send_signal, (signal.SIGKILL,))
                killer.start()
                answered += _reset_until_gone(daemon, token)
                killer.join()

    journal = [(event["seq"], event["event_id"]) for event in journalled(tmp_path / "state" / "dartd.db")]
    ids = {event_id for _, event_id in journal}
    assert [seq for seq, _ in journal] == list(range(1, len(journal) + 1))
    assert len(ids) == len(journal)
    assert len(received) > KILLS
    assert set(received) <= ids
    assert len(set(received)) == len(received)
    assert answered == sorted(set(answered))
    assert set(answered) <= {seq for seq, _ in journal}
