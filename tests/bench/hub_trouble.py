"""Make trouble for the hub: clients that stop reading, storms of clients that come back, clients and daemons that die at random.

python -m tests.bench.hub_trouble [--only stall,storm,short,random] [--seconds 60] [--clients 200]

What must be seen: the others lose nothing and receive nothing late; memory stays bounded; each client's record, put together over all its
connections, is the journal without gap or repeat.
"""

import argparse
import asyncio
import contextlib
import os
import random
import resource
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec
import websockets

from tests.bench.hub import HUB, Server, crowd_of
from tests.support.crowd import Crowd
from tests.support.daemon import ROOT, free_port

LARGE = 10_000


def stall(seconds: float, clients: int = 30) -> None:
    """Stall one, then a third of the clients for a while under 10 KB × 200/s; every other one of the third reads again in time."""
    for stalled in (1, clients // 3):
        server = Server(HUB)
        crowd = crowd_of(server)
        crowd.join(clients - 1)
        crowd.play(50, 2, LARGE)
        crowd.listen(1)
        stalled_members = list(crowd.members.values())[-stalled:]
        resuming = stalled_members[1::2]
        others = [member for member in crowd.members.values() if member not in stalled_members]
        crowd.forget()
        count = crowd.play(200, 5, LARGE)
        crowd.listen_until(lambda: min(member.received for member in others) >= count, 20)  # noqa: B023  used up at once
        before_ms = _p99_ms(crowd)
        memory_kib = server.memory_kib()
        crowd.forget()
        crowd.stop_reading(stalled_members)
        count = crowd.play(200, min(20, seconds / 3), LARGE)
        p99_ms = _p99_ms(crowd)
        crowd.resume_reading(resuming)
        count += crowd.play(200, seconds - min(20, seconds / 3), LARGE)
        crowd.listen_until(lambda: min(member.received for member in (*others, *resuming)) >= count, 20)  # noqa: B023  used up at once
        grown_kib = server.memory_kib("VmHWM") - memory_kib
        whole = all(member.received == count and not member.misses for member in others)
        back = sum(each.received == count and not each.misses for each in resuming)
        crowd.resume_reading([each for each in stalled_members if each not in resuming])
        crowd.listen(1)
        gone = sum(each.socket.fileno() < 0 for each in stalled_members)
        print(
            f"{stalled} of {clients} read nothing: the others received {'all, in order' if whole else 'NOT ALL'}, "
            f"p99 {p99_ms:.1f} ms ({before_ms:.1f} before); memory grew by {grown_kib} KiB at most; "
            f"{back} of {len(resuming)} that read again after {min(20, seconds / 3):.0f} s received all, in order, once; "
            f"{gone} of the {stalled - len(resuming)} others are gone after {seconds:.0f} s",
            flush=True,
        )
        crowd.close()
        server.process.kill()
        server.process.wait()


def _p99_ms(crowd: Crowd) -> float:
    return sorted(crowd.latencies_ns)[int(len(crowd.latencies_ns) * 0.99)] / 1e6


def short(count: int = 10_000, at_once: int = 50) -> None:
    """Open and close many connections, in every way, and measure the memory that remains."""
    server = Server(HUB)
    crowd = crowd_of(server)
    _come_and_go(server.port, 500, at_once)
    crowd.play(20, 2, 440)
    before_kib = server.memory_kib()
    _come_and_go(server.port, count, at_once)
    crowd.play(20, 2, 440)
    crowd.listen(0.5)
    after_kib = server.memory_kib()
    one = next(iter(crowd.members.values()))
    print(
        f"{count} short connections: memory {before_kib} KiB before, {after_kib} after ({(after_kib / before_kib - 1) * 100:+.1f} %); "
        f"the client that stayed received {'all, in order' if one.received == crowd.sent and not one.misses else 'NOT ALL'}",
        flush=True,
    )
    crowd.close()
    server.process.kill()
    server.process.wait()


def _come_and_go(port: int, count: int, at_once: int) -> None:
    """Connect, receive hello, and leave: with a close frame, by RST, by FIN, or without a whole request."""
    close_frame = b"\x88\x82" + bytes(4) + (1000).to_bytes(2, "big")
    for _ in range(count // at_once):
        crowd = Crowd(port)
        for k in range(at_once):
            crowd._connect(f"/ws?since=0&topics=board:*,camera:{k}")
        crowd.listen_until(lambda: all(member.present_ns for member in crowd.members.values()), 10)  # noqa: B023  used up at once
        for k, member in enumerate(crowd.members.values()):
            if k % 3 == 0:
                member.socket.send(close_frame)
            elif k % 3 == 1:
                member.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        half = socket.create_connection(("127.0.0.1", port))
        half.sendall(b"GET /ws HTTP/1.1\r\nHost: x\r\n")
        half.close()
        crowd.close()


def storm(comers: int = 2000, missed: int = 250) -> None:
    """Kill the daemon, and let many come back at once, resuming, while events flow."""
    with tempfile.TemporaryDirectory() as directory:
        server = Server(HUB, "--directory", directory)
        crowd = crowd_of(server)
        crowd.play(200, 2, 440)
        one = next(iter(crowd.members.values()))
        crowd.listen_until(lambda: one.last_seq >= 400, 10)
        server.process.kill()
        server.process.wait()
        crowd.close()
        server = Server(HUB, "--directory", directory, port=server.port)
        crowd = crowd_of(server)
        crowd.play(20, 0.5, 440)
        began = time.monotonic()
        for _ in range(comers // 50):
            for _ in range(50):
                crowd._connect(f"/ws?since={400 - missed}")
            crowd.play(20, 0.05, 440)
        crowd.play(20, 2, 440)
        done = crowd.listen_until(lambda: all(member.last_seq >= 400 + crowd.sent for member in crowd.members.values()), 30)
        took_s = (crowd.last_event_ns / 1e9) - began
        whole = not any(member.misses for member in crowd.members.values())
        print(
            f"{comers} came back within {comers // 50 * 0.05:.0f} s of a kill, each {missed} events behind: "
            f"{'all' if done else 'NOT ALL'} up to date after {took_s:.1f} s, {crowd.events} events "
            f"{'in order' if whole else 'NOT IN ORDER'}; for those there the latest event came after {crowd.latest_ns / 1e6:.0f} ms",
            flush=True,
        )
        crowd.close()
        server.process.kill()
        server.process.wait()


class Roamer:
    """A client that comes and goes as it likes, and its record over all its connections."""

    def __init__(self, url: str, seed: int) -> None:
        self.url = url
        self.chance = random.Random(seed)
        self.record: list[int] = []
        self.faults: list[tuple[int, int]] = []
        self.visits = 0
        self.silent: list[websockets.ClientConnection] = []

    async def roam(self, until: asyncio.Event) -> None:
        """Connect, resume, leave in some way, again and again; the last time stay until `stop` is set."""
        while not until.is_set():
            since = f"?since={self.record[-1]}" if self.record else "?since=0"
            with contextlib.suppress(OSError, websockets.WebSocketException, TimeoutError):
                connection = await websockets.connect(self.url + since, proxy=None, compression=None, open_timeout=5)
                self.visits += 1
                await self._receive(connection, self.chance.uniform(0.05, 4.0))
                await self._leave(connection)
            await asyncio.sleep(self.chance.uniform(0, 0.3))

    async def catch_up(self, last: int) -> None:
        """Connect once more, and receive everything up to the last event; close those that only fell silent."""
        for connection in self.silent:
            connection.transport.abort()
            await connection.wait_closed()
        self.silent.clear()
        while not self.record or self.record[-1] < last:
            since = f"?since={self.record[-1]}" if self.record else "?since=0"
            with contextlib.suppress(OSError, websockets.WebSocketException, TimeoutError):
                async with websockets.connect(self.url + since, proxy=None, compression=None) as connection:
                    await self._receive(connection, 5, last)

    async def _receive(self, connection: websockets.ClientConnection, seconds: float, last: int = sys.maxsize) -> None:
        with contextlib.suppress(TimeoutError, websockets.ConnectionClosed):
            async with asyncio.timeout(seconds):
                if self.chance.random() < 0.3:
                    await connection.send('{"action": "subscribe", "topics": ["camera:*"]}')
                while not self.record or self.record[-1] < last:
                    self._note(msgspec.json.decode(await connection.recv(decode=False)).get("seq"))

    def _note(self, seq: int | None) -> None:
        if seq is None:
            return
        if seq != (self.record[-1] if self.record else 0) + 1:
            self.faults.append((self.record[-1] if self.record else 0, seq))
        self.record.append(seq)

    async def _leave(self, connection: websockets.ClientConnection) -> None:
        way = self.chance.choice(("clean", "reset", "silence"))
        if way == "clean":
            await connection.close()
        elif way == "reset":
            connection.transport.abort()
        else:
            connection.transport.pause_reading()
            self.silent.append(connection)
            if len(self.silent) > 2:
                self.silent.pop(0).transport.abort()


async def wander(seconds: float, clients: int, seed: int) -> bool:
    """Connect and disconnect clients while events flow and the daemon is killed twice; True when each record is the journal."""
    with tempfile.TemporaryDirectory() as directory:
        port = free_port()
        until = asyncio.Event()
        server = await started(port, directory)
        roamers = [Roamer(f"ws://127.0.0.1:{port}/ws", seed + k) for k in range(clients)]
        roaming = [asyncio.ensure_future(roamer.roam(until)) for roamer in roamers]
        try:
            for _ in range(3):
                await publish(port, seconds / 3)
                server.kill()
                server.wait()
                await asyncio.sleep(0.5)
                server = await started(port, directory)
            until.set()
            await asyncio.gather(*roaming)
            with sqlite3.connect(Path(directory) / "dartd.db") as store:
                last = store.execute("SELECT max(seq) FROM events").fetchone()[0]
            await asyncio.gather(*(roamer.catch_up(last) for roamer in roamers))
        finally:
            server.kill()
            server.wait()
    right = sum(roamer.record == list(range(1, last + 1)) for roamer in roamers)
    print(
        f"{clients} clients came {sum(roamer.visits for roamer in roamers)} times in {seconds:.0f} s, the daemon was killed 3 times: "
        f"{right} of {clients} records are the journal of {last} events; faults: {[each.faults[0] for each in roamers if each.faults][:3]}",
        flush=True,
    )
    return right == clients


async def started(port: int, directory: str) -> "subprocess.Popen[bytes]":
    """Start the server for load on a directory, and wait until it answers."""
    command = [sys.executable, "-m", HUB, "--port", str(port), "--directory", directory]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)  # noqa: ASYNC220  the bench waits for it anyway
    os.sched_setaffinity(server.pid, {0})
    while True:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return server
        await asyncio.sleep(0.1)


async def publish(port: int, seconds: float) -> None:
    """Publish evenly for so long."""
    end = time.monotonic() + seconds
    async with websockets.connect(f"ws://127.0.0.1:{port}/bench/publish", proxy=None, compression=None) as publisher:
        n = 0
        while time.monotonic() < end:
            n += 1
            await publisher.send(f'{{"n": {n}, "filling": "{"x" * 300}"}}')
            await asyncio.sleep(0.03)


def main() -> None:
    """Make all the trouble that was asked for."""
    parser = argparse.ArgumentParser(description="trouble for the hub")
    parser.add_argument("--only", default="stall,storm,short,random")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    wanted = set(arguments.only.split(","))
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if cores := os.sched_getaffinity(0) - {0}:
        os.sched_setaffinity(0, cores)
    if "stall" in wanted:
        stall(arguments.seconds)
    if "storm" in wanted:
        storm()
    if "short" in wanted:
        short()
    if "random" in wanted and not asyncio.run(wander(arguments.seconds, arguments.clients, arguments.seed)):
        sys.exit(1)


if __name__ == "__main__":
    main()
