"""A venue on hosts of its own: board, server, relay and viewer in network namespaces with different addresses, cut off and back (as root).

python -m tests.bench.venue_hosts [--down 8]

Each host is a namespace behind a bridge. The link of the board, of the relay and of the viewer is taken down in turn, without a word to
either side; in the end the record of the viewer must be the journal of the board.
"""

import argparse
import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from dartd.client import DartdClient
from tests.support.daemon import ROOT
from tests.support.waiting import Waiting

HOSTS: Final = ("server", "board", "relay", "viewer")
_NET: Final = "10.213.77"
_BRIDGE: Final = "dartdvenue"


class Host:
    """A namespace with an address, and the processes in it."""

    def __init__(self, name: str, number: int) -> None:
        self.name, self.address = name, f"{_NET}.{number}"
        self._space, self._link = f"dartd-{name}", f"dartdv{number}"
        self._processes: list[subprocess.Popen[str]] = []
        _run("ip", "netns", "add", self._space)
        _run("ip", "link", "add", self._link, "type", "veth", "peer", "name", "eth0", "netns", self._space)
        _run("ip", "link", "set", self._link, "master", _BRIDGE, "up")
        for command in (f"addr add {self.address}/24 dev eth0", "link set eth0 up", "link set lo up"):
            _run("ip", "-n", self._space, *command.split())

    def start(self, *command: str, **environ: str) -> subprocess.Popen[str]:
        """Start a program on the host."""
        inside = ["ip", "netns", "exec", self._space, *command]
        process = subprocess.Popen(inside, cwd=ROOT, env={**os.environ, **environ}, stdout=subprocess.PIPE, text=True)
        self._processes.append(process)
        return process

    def cut(self) -> None:
        """Take the link down."""
        _run("ip", "link", "set", self._link, "down")

    def restore(self) -> None:
        """Bring the link up again."""
        _run("ip", "link", "set", self._link, "up")

    def close(self) -> None:
        """End its processes and remove it."""
        for process in self._processes:
            process.kill()
            process.wait()
        with suppress(subprocess.CalledProcessError):
            _run("ip", "link", "del", self._link)
        with suppress(subprocess.CalledProcessError):
            _run("ip", "netns", "del", self._space)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


@contextmanager
def hosts() -> Iterator[dict[str, Host]]:
    """Make the hosts behind a bridge, and remove them in the end."""
    _run("ip", "link", "add", _BRIDGE, "type", "bridge")
    _run("ip", "link", "set", _BRIDGE, "up")
    made: dict[str, Host] = {}
    try:
        for number, name in enumerate(HOSTS, 1):
            made[name] = Host(name, number)
        yield made
    finally:
        for host in made.values():
            host.close()
        _run("ip", "link", "del", _BRIDGE)


def _measure(made: dict[str, Host], folder: Path, down_s: float) -> bool:
    program = shutil.which("nats-server") or str(Path(sys.executable).parent / "nats-server")
    made["server"].start(program, "-js", "-sd", str(folder / "js"), "-a", made["server"].address, "-p", "4222")
    url = f"nats://{made['server'].address}:4222"
    python = (sys.executable, "-m")
    board = made["board"].start(
        *python, "tests.bench.venue_board_server", "--id", "b1", "--nats", url, "--directory", str(folder / "b1"), "--rate", "10"
    )
    made["relay"].start(*python, "dartd", "relay", DARTD_NATS_URL=url, DARTD_SERVER_PORT="8000", DARTD_SERVER_HOST=made["relay"].address)
    record = folder / "record"
    record.touch()
    watched = f"ws://{made['relay'].address}:8000/boards/b1/ws"
    made["viewer"].start(*python, "tests.bench.venue_hosts", "--watch", watched, "--record", str(record))
    Waiting(120).until(lambda: len(_seqs(record)) > 20, "the first events")
    for name in ("board", "relay", "viewer"):
        made[name].cut()
        time.sleep(down_s)
        before, began_s = len(_seqs(record)), time.monotonic()
        made[name].restore()
        Waiting(120).until(lambda before=before: len(_seqs(record)) > before + 10 * down_s, "what had waited")  # type: ignore[misc]  # a default
        print(
            f"{name} was cut off for {down_s:g} s; the viewer has what was missed {time.monotonic() - began_s:.1f} s after it is back",
            flush=True,
        )
    board.send_signal(signal.SIGUSR1)
    assert board.stdout is not None
    last = int(next(line for line in board.stdout if line.startswith("published")).split()[1])
    Waiting(60).until(lambda: (_seqs(record) or [0])[-1] == last, "the last event")
    found = _seqs(record)
    is_whole = found == list(range(found[0], last + 1))
    print(
        f"{len(found)} events up to {last}: {'the journal, without a gap, in order, once' if is_whole else 'NOT the journal'}", flush=True
    )
    return is_whole


def _seqs(record: Path) -> list[int]:
    return [int(line) for line in record.read_text().splitlines() if line]


async def _watch(url: str, record: Path) -> None:
    with record.open("a", buffering=1) as file:
        async for received in DartdClient(url, silence_s=10).listen():
            if received.seq is not None:
                file.write(f"{received.seq}\n")


def main() -> None:
    """Measure and print; exit with 1 when an event was lost, doubled or late."""
    parser = argparse.ArgumentParser(description="a venue on hosts of its own")
    parser.add_argument("--down", type=float, default=8)
    parser.add_argument("--watch", default="")
    parser.add_argument("--record", type=Path)
    arguments = parser.parse_args()
    if arguments.watch:
        asyncio.run(_watch(arguments.watch, arguments.record))
        return
    if os.geteuid() != 0 or shutil.which("ip") is None:
        print("network namespaces need root and ip(8): left out")
        return
    with tempfile.TemporaryDirectory() as folder, hosts() as made:
        raise SystemExit(0 if _measure(made, Path(folder), arguments.down) else 1)


if __name__ == "__main__":
    main()
