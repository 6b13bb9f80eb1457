"""A venue under load and under faults: scripted boards, a real nats-server, relays, and thousands of viewers on this machine.

python -m tests.bench.venue [--boards 8] [--rate 20] [--relays 3] [--viewers 2000] [--seconds 20] [--only share,steady,faults]

`share`: the same viewers at one board, at its own daemon and at a relay in turn; CPU of both, and what the viewers add to it. `steady`:
every viewer of one board each receives all events once and in order; CPU of the relays per delivery, memory per viewer, and the time from a
dart to a viewer. `faults`: real clients, which resume, watch all boards over one address while a link is cut, the server is killed and
started again with its store, a relay is killed, and a board is killed by SIGKILL; then each record is the journal, a fresh relay is started
and timed, and the central store is compared with the boards' own tables.
"""

import argparse
import asyncio
import json
import os
import re
import resource
import select
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from dartd.central.ledger import OF_BOARDS
from dartd.client import DartdClient
from tests.support.crowd import Crowd
from tests.support.cutter import cutter_before
from tests.support.daemon import ROOT, free_port
from tests.support.nats_server import NatsServer
from tests.support.postgres import PostgresServer
from tests.support.waiting import Waiting

_TICKS: Final = os.sysconf("SC_CLK_TCK")
_THROWN: Final = re.compile(rb'"dart_id":"n(\d+)"')
_LINK_DOWN_S: Final = 60.0  # how long a link is silent
_DOWN_S: Final = 5.0  # how long the server is away
_CLIENTS_OF_BOARD: Final = 3
_BURST: Final = 5


class Process:
    """A process of the venue."""

    port: int  # of those that serve viewers

    def __init__(self, *command: str, environ: dict[str, str] | None = None, stdin: int | None = None) -> None:
        whole = [sys.executable, "-m", *command]
        self.popen = subprocess.Popen(
            whole, cwd=ROOT, env={**os.environ, **(environ or {})}, stdin=stdin, stdout=subprocess.PIPE, text=True
        )

    def line(self, start: str) -> str:
        """Return the next line that begins so."""
        assert self.popen.stdout is not None
        for line in self.popen.stdout:
            if line.startswith(start):
                return line.strip()
        raise AssertionError(f"the process ended without {start!r}")

    def cpu_s(self) -> float:
        """Return the CPU seconds that it has used."""
        fields = Path(f"/proc/{self.popen.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def memory_kib(self) -> int:
        """Return its resident memory."""
        lines = Path(f"/proc/{self.popen.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))

    def kill(self) -> None:
        """Kill it."""
        self.popen.kill()
        self.popen.wait()


class Board(Process):
    """A scripted board."""

    def __init__(self, board_id: str, url: str, folder: Path, rate: float) -> None:
        self.board_id, self.directory, self.port = board_id, folder / board_id, 0
        super().__init__(
            *("tests.bench.venue_board_server", "--id", board_id, "--nats", url, "--directory", str(self.directory), "--rate", str(rate)),
            environ={"OPENBLAS_NUM_THREADS": "1"},
        )

    @property
    def store(self) -> Path:
        """Return the file of its store."""
        return self.directory / "dartd.db"


class RelayProcess(Process):
    """A relay."""

    def __init__(self, url: str) -> None:
        self.port = free_port()
        environ = {"DARTD_NATS_URL": url, "DARTD_SERVER_PORT": str(self.port), "DARTD_SERVER_HOST": "127.0.0.1", "DARTD_LOG_LEVEL": "error"}
        super().__init__("dartd", "relay", environ=environ)
        os.sched_setaffinity(self.popen.pid, {0})  # as the server of tests.bench.hub

    def is_ready(self) -> bool:
        """Return whether it serves what happens now."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health/ready", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


class Balancer:
    """One address for all relays that are there: a connection is passed to one of them in turn."""

    def __init__(self, relays: Sequence[RelayProcess]) -> None:
        self.relays = list(relays)
        self._next = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass one connection on."""
        for _ in self.relays:
            self._next = (self._next + 1) % len(self.relays)
            with suppress(OSError):
                there, back = await asyncio.open_connection("127.0.0.1", self.relays[self._next].port)
                await asyncio.gather(_copy(reader, back), _copy(there, writer))
                return
        writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


class Venue:
    """The processes of a venue, started and ended together."""

    def __init__(self, folder: Path, boards: int, relays: int, rate: float) -> None:
        self.folder, self.rate = folder, rate
        self.server = NatsServer(folder / "nats")
        self.server.start()
        self.boards = [Board(f"b{k}", self.server.url, folder, rate) for k in range(boards)]
        for board in self.boards:
            board.port = int(board.line("ready").split()[1])
        self.relays = [RelayProcess(self.server.url) for _ in range(relays)]
        for relay in self.relays:
            Waiting(60).until(relay.is_ready, "a relay")

    def close(self) -> None:
        """End everything."""
        for each in (*self.boards, *self.relays):
            each.kill()
        self.server.kill()


class CrowdProcess(Process):
    """Viewers in a process of their own: as many at each address, `PORT/PATH`; all of them are read while others join."""

    def __init__(self, addresses: Sequence[str], viewers: int, seconds: float) -> None:
        command = ("tests.bench.venue", "--crowd", ",".join(addresses), "--viewers", str(viewers), "--seconds", str(seconds))
        super().__init__(*command, stdin=subprocess.PIPE)
        self.line("joined")

    def start(self) -> None:
        """Count from now on."""
        assert self.popen.stdin is not None
        self.popen.stdin.write("go\n")
        self.popen.stdin.flush()
        self.line("counting")

    def found(self) -> dict[str, Any]:
        """Return what all viewers have received, when the time has passed."""
        found: dict[str, Any] = json.loads(self.line("{"))
        self.popen.wait()
        return found


def watch(addresses: Sequence[str], viewers: int, seconds: float) -> None:
    """Watch as the process of a crowd, and print what all viewers have received after they were connected."""
    os.sched_setaffinity(0, os.sched_getaffinity(0) - {0} or {0})
    crowd = Crowd(0, sent_at=_THROWN)
    for number in range(0, viewers, _BURST):
        port, _, path = addresses[number // _BURST % len(addresses)].partition("/")
        crowd.join(min(_BURST, viewers - number), f"/{path}", port=int(port))
    print("joined", flush=True)
    while not select.select([sys.stdin], [], [], 0)[0]:
        crowd.listen(0.05)
    crowd.forget()
    print("counting", flush=True)
    crowd.listen(seconds)
    latencies, members = sorted(crowd.latencies_ns), crowd.members.values()
    found = {
        "viewers": len(members),
        "lost": dict(crowd.lost),
        "events": crowd.events,
        "misses": sum(member.misses for member in members),
        "least": min(member.received for member in members),
        "most": max(member.received for member in members),
        "p50_ms": latencies[len(latencies) // 2] / 1e6,
        "p99_ms": latencies[int(len(latencies) * 0.99)] / 1e6,
    }
    print(json.dumps(found), flush=True)


def steady(venue: Venue, viewers: int, seconds: float) -> None:
    """Measure with a crowd of viewers, each at one board."""
    processes = (*venue.relays, *venue.boards)
    before_kib = sum(relay.memory_kib() for relay in venue.relays)
    before_s = sum(relay.cpu_s() for relay in venue.relays)
    addresses = [f"{relay.port}/boards/{board.board_id}/ws" for board in venue.boards for relay in venue.relays]
    crowd = CrowdProcess(addresses, viewers, seconds)
    joining_s = sum(relay.cpu_s() for relay in venue.relays) - before_s
    time.sleep(1)
    each_kib = (sum(relay.memory_kib() for relay in venue.relays) - before_kib) / viewers
    crowd.start()
    began = [process.cpu_s() for process in processes]
    time.sleep(seconds)
    used = [process.cpu_s() - before for process, before in zip(processes, began, strict=True)]
    found, relays = crowd.found(), len(venue.relays)
    print(
        f"steady: {found['viewers']} viewers ({found['lost'] or 'none'} lost), {len(venue.boards)} boards at {venue.rate:g}/s, "
        f"{relays} relays, {seconds:g} s: {found['events']} deliveries, {found['misses']} gaps or repeats, "
        f"{found['least']} to {found['most']} for each viewer\n"
        f"  relay {sum(used[:relays]) / found['events'] * 1e6:.2f} µs CPU a delivery, {each_kib:.1f} KiB a viewer, "
        f"{joining_s / viewers * 1e3:.2f} ms of CPU to join, with the events meanwhile\n"
        f"  dart to viewer p50 {found['p50_ms']:.1f} ms, p99 {found['p99_ms']:.1f} ms; "
        f"boards {sum(used[relays:]) / seconds * 100 / len(venue.boards):.1f} % of a core each",
        flush=True,
    )


def share(venue: Venue, viewers: int, seconds: float) -> None:
    """Measure the same viewers at a board's own daemon and at a relay: CPU a delivery, and how much of it the viewers add."""
    board, relay = venue.boards[0], venue.relays[0]
    os.sched_setaffinity(board.popen.pid, {0})
    for _ in range(2):
        for name, process, path in (("daemon", board, "ws"), ("relay", relay, f"boards/{board.board_id}/ws")):
            before_s = process.cpu_s()
            time.sleep(seconds / 2)
            alone_s = (process.cpu_s() - before_s) / (seconds / 2)
            crowd = CrowdProcess([f"{process.port}/{path}"], viewers, seconds)
            crowd.start()
            before_s = process.cpu_s()
            time.sleep(seconds)
            used_s = process.cpu_s() - before_s
            found = crowd.found()
            whole, added = used_s / found["events"] * 1e6, (used_s - alone_s * seconds) / found["events"] * 1e6
            print(
                f"share: {name}, {found['viewers']} viewers of one board at {venue.rate:g}/s: {whole:.2f} µs CPU a delivery, "
                f"{added:.2f} of them for the viewers; {found['misses']} gaps or repeats, {found['lost'] or 'none'} lost",
                flush=True,
            )


async def faults(venue: Venue) -> None:
    """Break everything once while real clients watch, and compare what they have with the journals."""
    async with AsyncExitStack() as stack:
        cutter = await stack.enter_async_context(cutter_before(venue.server.port))
        cut = Board("cut", f"nats://127.0.0.1:{cutter.port}", venue.folder, venue.rate)
        await asyncio.to_thread(cut.line, "ready")
        venue.boards.append(cut)
        balancer = Balancer(venue.relays)
        address = await asyncio.start_server(balancer.serve, "127.0.0.1", 0)
        port = address.sockets[0].getsockname()[1]
        records: dict[tuple[str, int], list[int]] = {}
        tasks = []
        await asyncio.sleep(3)  # the board that has just come is known to all relays
        for board in venue.boards:
            for k in range(_CLIENTS_OF_BOARD):
                record = records[board.board_id, k] = []
                tasks.append(asyncio.create_task(_watch(f"ws://127.0.0.1:{port}/boards/{board.board_id}/ws", record)))
        await asyncio.sleep(3)
        cutter.silence()
        print(f"faults: the link of a board is silent for {_LINK_DOWN_S:g} s", flush=True)
        await asyncio.sleep(_LINK_DOWN_S)
        cutter.cut()
        cutter.restore()
        await asyncio.sleep(2)
        print(f"faults: the server is killed, and back after {_DOWN_S:g} s", flush=True)
        venue.server.kill()
        await asyncio.sleep(_DOWN_S)
        await asyncio.to_thread(venue.server.start)
        await asyncio.sleep(2)
        print("faults: a relay is killed", flush=True)
        venue.relays[0].kill()
        await asyncio.sleep(2)
        print("faults: a board is killed, and starts again", flush=True)
        venue.boards[0].kill()
        venue.boards[0] = Board(venue.boards[0].board_id, venue.server.url, venue.folder, venue.rate)
        await asyncio.to_thread(venue.boards[0].line, "ready")
        await asyncio.sleep(3)
        last = {}
        for board in venue.boards:
            board.popen.send_signal(signal.SIGUSR1)
        for board in venue.boards:
            last[board.board_id] = int((await asyncio.to_thread(board.line, "published")).split()[1])
        await Waiting(60).soon(lambda: all(record and record[-1] == last[name] for (name, _), record in records.items()), "the viewers")
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        address.close()
    whole = sum(record == list(range(record[0], last[name] + 1)) for (name, _), record in records.items())
    print(f"faults: {whole} of {len(records)} records are the journal from their first event on, without a gap, in order, once", flush=True)
    began = time.monotonic()
    fresh = RelayProcess(venue.server.url)
    await asyncio.to_thread(Waiting(60).until, fresh.is_ready, "a fresh relay")
    print(f"faults: a fresh relay is current {time.monotonic() - began:.2f} s after its start as a process", flush=True)
    venue.relays.append(fresh)
    await asyncio.to_thread(_compare_central, venue)


async def _watch(url: str, record: list[int]) -> None:
    async for received in DartdClient(url, silence_s=20).listen():
        record += [received.seq] if received.seq is not None else []


def _compare_central(venue: Venue) -> None:
    """Store the stream in a central store on PostgreSQL, and compare its derived tables with those of the boards."""
    with PostgresServer(durable=True) as server:
        server.execute("CREATE DATABASE central")
        url = server.address("central")
        environ = {"DARTD_NATS_URL": venue.server.url, "DARTD_STORE_URL": url, "DARTD_STATE_DIR": str(venue.folder / "central")}
        began = time.monotonic()
        command = [sys.executable, "-m", "dartd", "central", "--once"]
        quiet = {"DARTD_LOG_LEVEL": "error"}
        done = subprocess.run(command, cwd=ROOT, env={**os.environ, **environ, **quiet}, capture_output=True, text=True, check=True)
        took_s = time.monotonic() - began
        central, rows = _rows(url.replace("postgresql:", "postgresql+psycopg:")), dict[str, list[str]]()
    for board in venue.boards:
        for name, found in _rows(f"sqlite:///{board.store}").items():
            rows[name] = sorted([*rows.get(name, []), *found])
    count, verdict = sum(map(len, central.values())), "equal" if central == rows else "NOT EQUAL"
    print(f"central: {done.stdout.strip()} in {took_s:.1f} s; {count} rows, {verdict} to those of the boards")


def _rows(url: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        for table in (table for projection in OF_BOARDS for table in projection.tables):
            columns = [column for column in table.c if column.name != "seq"]
            found[table.name] = sorted(repr(tuple(row)) for row in connection.execute(sa.select(*columns)))
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="a venue under load and faults")
    parser.add_argument("--boards", type=int, default=8)
    parser.add_argument("--rate", type=float, default=20)
    parser.add_argument("--relays", type=int, default=3)
    parser.add_argument("--viewers", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--only", default="share,steady,faults")
    parser.add_argument("--crowd", default="")
    arguments = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if arguments.crowd:
        watch(arguments.crowd.split(","), arguments.viewers, arguments.seconds)
        return
    with tempfile.TemporaryDirectory() as folder:
        venue = Venue(Path(folder), arguments.boards, arguments.relays, arguments.rate)
        try:
            if "share" in arguments.only:
                share(venue, arguments.viewers // arguments.relays, arguments.seconds)
            if "steady" in arguments.only:
                steady(venue, arguments.viewers, arguments.seconds)
            if "faults" in arguments.only:
                asyncio.run(faults(venue))
        finally:
            venue.close()


if __name__ == "__main__":
    main()
