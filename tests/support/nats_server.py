"""A real nats-server with JetStream, whose store lasts over a restart."""

import asyncio
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from shutil import which
from typing import Any, Self

import nats
import pytest

from dartd.outlets.nats.subjects import MESSAGE_ID, address_of
from tests.support.daemon import free_port
from tests.support.waiting import DEADLINE_S, Waiting


class NatsServer:
    """A server on a loopback port; killed when the `with` is left."""

    def __init__(self, folder: Path, *, more: str = "", scheme: str = "nats") -> None:
        program = which("nats-server") or str(Path(sys.executable).parent / "nats-server")
        if not Path(program).exists() and os.environ.get("CI") != "true":
            pytest.skip("needs nats-server")
        folder.mkdir(exist_ok=True)
        self.port = free_port()
        self.log = folder / "nats.log"
        self._scheme = scheme
        config = folder / "nats.conf"
        config.write_text(
            f'listen: "127.0.0.1:{self.port}"\njetstream {{ store_dir: "{folder / "js"}" }}\nlog_file: "{self.log}"\n{more}\n'
        )
        self._command = [program, "-c", str(config)]

    @property
    def url(self) -> str:
        """Return its address as configured."""
        return f"{self._scheme}://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        """Start it."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Kill it."""
        self.kill()

    def start(self) -> None:
        """Start it, and wait until it listens."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        Waiting().until(self._listens, "nats-server")

    def kill(self) -> None:
        """Kill it; what it has stored is kept."""
        self._process.kill()
        self._process.wait(DEADLINE_S)

    def _listens(self) -> bool:
        assert self._process.poll() is None, self.log.read_text()
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True


async def stored_events(server: NatsServer, stream: str = "DARTD") -> list[dict[str, Any]]:
    """Return every event that the stream has, in its order, each with its `Nats-Msg-Id` as `message_id`; reports are left out."""
    client = await nats.connect(server.url)
    try:
        js = client.jetstream()
        last = (await js.stream_info(stream)).state.last_seq
        found: list[dict[str, Any]] = []
        subscription = await js.subscribe("dartd.>", stream=stream, ordered_consumer=True)
        while last:
            message = await subscription.next_msg(DEADLINE_S)
            address = address_of(message.subject)
            if address is not None and address.kind != "board_report":
                event = json.loads(message.data)
                assert address.kind == event["event_type"]
                found.append({**event, "message_id": (message.headers or {}).get(MESSAGE_ID), "board": address.board_id})
            if message.metadata.num_pending == 0:
                break
        await subscription.unsubscribe()
        return found
    finally:
        await asyncio.wait_for(client.close(), DEADLINE_S)
