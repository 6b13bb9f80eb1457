"""A scripted board of a venue: the daemon of the tests, which throws darts at an even pace into NATS until SIGUSR1.

python -m tests.bench.venue_board_server --id b1 --nats nats://127.0.0.1:4222 --directory DIR --rate 20

The id of each dart is the monotonic time at which it was thrown, `nNANOSECONDS`.
"""

import argparse
import asyncio
import signal
import time
from pathlib import Path

import msgspec
import uvloop

from dartd.config import NatsConfig
from tests.support.station import CONFIG, running_station
from tests.support.throws import hit
from tests.support.waiting import Waiting


async def play(board_id: str, url: str, directory: Path, rate: float) -> None:
    """Throw until SIGUSR1, and stay until the process is ended."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, stop.set)
    board = msgspec.structs.replace(CONFIG.board, id=board_id)
    config = msgspec.structs.replace(CONFIG, board=board, nats=NatsConfig(url=url))
    async with running_station(directory, config=config) as station:
        print(f"ready {station.port}", flush=True)
        began_s, thrown = time.monotonic(), 0
        while not stop.is_set():
            await asyncio.sleep(max(0.0, began_s + thrown / rate - time.monotonic()))
            now_ns = time.monotonic_ns()
            await station.happen(hit(f"n{now_ns}", thrown % 3 + 1, visit=f"{board_id}-{now_ns - now_ns % 3}"))
            thrown += 1
        await Waiting().soon(lambda: station.services.outlets.figures()[0].connected and not station.services.outlets.figures()[0].waiting)
        print(f"published {station.hub.last_seq}", flush=True)
        await asyncio.Event().wait()


def main() -> None:
    """Play as asked."""
    parser = argparse.ArgumentParser(description="a scripted board of a venue")
    parser.add_argument("--id", required=True)
    parser.add_argument("--nats", required=True)
    parser.add_argument("--directory", type=Path, required=True)
    parser.add_argument("--rate", type=float, default=20)
    arguments = parser.parse_args()
    arguments.directory.mkdir(parents=True, exist_ok=True)
    uvloop.run(play(arguments.id, arguments.nats, arguments.directory, arguments.rate))


if __name__ == "__main__":
    main()
