"""Deliver webhooks to real receivers that fail in every way while the daemon is killed by -9, and check all that they received.

python -m tests.bench.webhooks                 the tables of tests/README.md
python -m tests.bench.webhooks --kills 20 --seed 2

First three receivers that answer at once are alone, then there are eight more that do not, then the daemon is killed again and again with
all of them, and last every receiver answers until nothing is missing. Waits between requests are a second, so that the outage of
"down" stands for one that is sixty times as long with waits of a minute.
"""

import argparse
import asyncio
import contextlib
import os
import random
import signal
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Final

import httpx2
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from tests.bench.clients import memory_mb
from tests.support.daemon import RunningDaemon, free_port, write_config
from tests.support.people import bearer
from tests.support.receiver import Received, Receiver, ok
from tests.support.simulation import journal
from tests.support.station import TOKEN
from tests.support.waiting import Waiting

EVERY_S: Final = 0.25  # between two events: fewer than 1000 in a run, which is what a webhook takes in an hour
TIMEOUT_S: Final = 1.0
LATER_S: Final = 2.0  # what 429 and 503 ask for
GONE_AFTER: Final = 5
MOST_LATER_MS: Final = 50.0  # issue: a failing receiver delays no other by more
POLICY: Final = {"max_retries": 100, "backoff_base": 1, "max_backoff": 3}
STEADY: Final = ("steady 1", "steady 2", "steady 3, all events")

# The receivers in trouble, and the share of requests that they do not take.
TROUBLES: Final = {
    "answers 500": 0.5,
    "hangs": 1.0,
    "answers after 0.5 s": 1.0,
    "closes": 0.5,
    "redirects": 0.7,
    "answers 429": 0.5,
    "answers 503": 0.5,
    "gone (410)": 1.0,
    "down": 0.0,
}


@dataclass
class TroubledReceiver(Receiver):
    """A receiver that takes a part of the requests while `troubled`; it verifies each signature as it comes."""

    name: str = ""
    secret: str = ""
    webhook_id: str = ""
    chance: random.Random = field(default_factory=random.Random)
    trap: str = ""
    troubled: bool = False
    times_s: list[float] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)  # the numbers of the requests that it asked to be sent later
    unverified: int = 0

    @property
    def is_steady(self) -> bool:
        """Return whether it answers each request at once."""
        return self.name not in TROUBLES

    async def answer_to(self, request: Received) -> bytes | None:
        """Answer as its name says."""
        self.times_s.append(time.time())
        try:
            Webhook(self.secret).verify(request.body.decode(), request.headers)
        except WebhookVerificationError:
            self.unverified += 1
        if not self.troubled or self.is_steady or self.chance.random() >= TROUBLES[self.name]:
            return ok()
        return await self._trouble()

    async def _trouble(self) -> bytes | None:
        number, answer = len(self.times_s) - 1, ok()
        match self.name:
            case "answers 500":
                answer = ok("500 Internal Server Error")
            case "hangs":
                await asyncio.sleep(60)
            case "answers after 0.5 s":
                await asyncio.sleep(0.5)
            case "closes":
                return None
            case "redirects":
                answer = ok("307 Temporary Redirect", Location=self.trap)
            case "answers 429":
                self.refused.append(number)
                answer = ok("429 Too Many Requests", Retry_After=f"{LATER_S:g}")
            case "answers 503":
                self.refused.append(number)
                later = datetime.fromtimestamp(time.time() + LATER_S + 1, UTC)  # the date has whole seconds
                answer = ok("503 Service Unavailable", Retry_After=format_datetime(later, usegmt=True))
            case "gone (410)" if number >= GONE_AFTER:
                answer = ok("410 Gone")
            case _:
                pass
        return answer


@dataclass
class Bench:
    """A daemon that is started again and again, and its receivers."""

    folder: Path
    port: int
    config: Path
    receivers: list[TroubledReceiver]
    http: httpx2.AsyncClient
    daemon: RunningDaemon | None = None
    waiting: Waiting = field(default_factory=Waiting)

    async def start(self) -> None:
        """Start the daemon."""
        self.daemon = RunningDaemon(self.config, self.port, environ={"DARTD_LOG_LEVEL": "error"})
        await asyncio.to_thread(self.daemon.__enter__)
        await asyncio.to_thread(self.daemon.until_ready)

    async def end(self, how: signal.Signals) -> None:
        """End the daemon."""
        assert self.daemon is not None
        await asyncio.to_thread(self.daemon.end, how)

    @property
    def memory_mb(self) -> float:
        """Return the resident memory of the daemon."""
        assert self.daemon is not None
        return memory_mb(self.daemon.process.pid)

    async def happen(self, seconds: float) -> None:
        """Reset the board again and again, which are events; go on while the daemon is away."""
        until_s = time.monotonic() + seconds
        while time.monotonic() < until_s:
            with contextlib.suppress(httpx2.HTTPError):
                (await self.http.post("/board/reset", json={})).raise_for_status()
            await asyncio.sleep(EVERY_S)

    async def add(self, receiver: TroubledReceiver) -> None:
        """Add the webhook of a receiver."""
        events = ["*"] if "all events" in receiver.name else ["board_reset"]
        body = {"name": receiver.name, "url": receiver.url, "events": events, "retry_policy": POLICY, "timeout_seconds": TIMEOUT_S}
        made = (await self.http.post("/webhooks", json=body)).raise_for_status().json()
        receiver.secret, receiver.webhook_id = made["secret"], made["webhook_id"]

    def missing(self, receiver: TroubledReceiver, written: Sequence[dict[str, Any]]) -> list[int]:
        """Return the seqs of the events that a receiver should have got and has not: those since the first one that it got."""
        got = {each.event["seq"] for each in receiver.received}
        wanted = [each["seq"] for each in written if "all events" in receiver.name or each["event_type"] == "board_reset"]
        return [seq for seq in wanted if seq >= min(got, default=0) and seq not in got]


@contextlib.asynccontextmanager
async def opened(seed: int) -> AsyncIterator[Bench]:
    """Start a daemon with webhooks of receivers that answer at once."""
    chance = random.Random(seed)
    trap = Receiver()
    await trap.open()
    receivers = [TroubledReceiver(name=name, chance=random.Random(chance.random()), trap=trap.url) for name in (*STEADY, *TROUBLES)]
    for each in receivers:
        await each.open()
    with tempfile.TemporaryDirectory(prefix="dartd-webhooks-") as name:
        folder, port = Path(name), free_port()
        config = write_config(folder, port, cameras=1)
        more = f'[auth]\ntoken = "{TOKEN}"\n[webhooks]\nallow_private = true\n[limits]\ndefault = 100000\n'
        config.write_text(config.read_text() + more)
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}/api/v1", headers=bearer(TOKEN), trust_env=False) as http:
            bench = Bench(folder, port, config, receivers, http)
            await bench.start()
            try:
                yield bench
            finally:
                await bench.end(signal.SIGKILL)
                for receiver in (*receivers, trap):
                    await receiver.close()
                print(f"requests that followed a redirect: {len(trap.received)}; load {os.getloadavg()[0]:.1f}")


def delays_ms(bench: Bench, since_s: float, until_s: float) -> list[float]:
    """Return the times from each event to its first request at the steady receivers that want it alone, for events within a time."""
    found = []
    for receiver in bench.receivers[:2]:
        seen = set[str]()
        for at_s, request in zip(receiver.times_s, receiver.received, strict=False):
            happened_s = datetime.fromisoformat(request.event["timestamp"]).timestamp()
            if request.event["event_id"] not in seen and since_s <= happened_s < until_s:
                found.append(1000 * (at_s - happened_s))
            seen.add(request.event["event_id"])
    return found


def wrong_of(receiver: TroubledReceiver) -> list[str]:
    """Return what is wrong with the requests of a receiver."""
    bodies: dict[str, set[bytes]] = {}
    highest, out_of_order = 0, 0
    for before, request in zip([None, *receiver.received], receiver.received, strict=False):
        delivery_id, seq = request.headers["webhook-id"], request.event["seq"]
        bodies.setdefault(delivery_id, set()).add(request.body)
        is_again = before is not None and before.headers["webhook-id"] == delivery_id
        out_of_order += seq <= highest and not is_again
        highest = max(highest, seq)
    different = sum(len(each) > 1 for each in bodies.values())
    found = {"unverified": receiver.unverified, "out of order": out_of_order, "same id, other body": different}
    return [f"{count} {name}" for name, count in found.items() if count]


def earliest_s(receiver: TroubledReceiver, until_s: float) -> float:
    """Return the least time between a request that was to be sent later, and the next one; of those before a time."""
    times = receiver.times_s
    return min((times[k + 1] - times[k] for k in receiver.refused if k + 1 < len(times) and times[k + 1] < until_s), default=float("nan"))


async def measure(seconds: float, kills: int, seed: int) -> bool:
    """Run all four parts, and print the tables; return whether nothing is wrong."""
    chance = random.Random(seed)
    async with opened(seed) as bench:
        steady, troubled = bench.receivers[: len(STEADY)], bench.receivers[len(STEADY) :]
        for receiver in steady:
            await bench.add(receiver)
        await bench.happen(2)
        alone_s, memory = time.time(), [bench.memory_mb]
        await bench.happen(seconds)
        for receiver in troubled:
            await bench.add(receiver)
            receiver.troubled = True
        await troubled[-1].close()  # the last one is down
        down_s = time.time()
        await bench.happen(2)
        trouble_s = time.time()
        memory.append(bench.memory_mb)
        await bench.happen(seconds)
        kills_s = time.time()
        memory.append(bench.memory_mb)
        happening = asyncio.create_task(bench.happen(3600))
        for _ in range(kills):
            await asyncio.sleep(chance.uniform(0.5, 4))
            await bench.end(signal.SIGKILL)
            await bench.start()
        await asyncio.sleep(2)
        happening.cancel()
        up_s = time.time()
        await troubled[-1].open()
        for receiver in troubled:
            receiver.troubled = receiver.name.startswith("gone")
        written = journal(bench.folder)
        expected = [each for each in bench.receivers if not each.name.startswith("gone")]
        await bench.waiting.soon(lambda: not any(bench.missing(each, written) for each in expected), "the last event everywhere", 300)
        drained_s = time.time()
        memory.append(bench.memory_mb)
        statuses = {each["webhook_id"]: each["status"] for each in (await bench.http.get("/webhooks?limit=50")).json()["data"]}
        failed = [(await bench.http.get(f"/webhooks/{each.webhook_id}/deliveries?status=failed")).json()["data"] for each in expected]
        later_ms = _print_delays(delays_ms(bench, alone_s, trouble_s - 2), delays_ms(bench, trouble_s, kills_s - TIMEOUT_S))
    print(f"{kills} kills by -9; down for {up_s - down_s:.0f} s; all delivered {drained_s - up_s:.1f} s after the end of all trouble")
    print(
        f"memory of the daemon, MB: alone {memory[0]:.1f}, trouble {memory[1]:.1f} to {memory[2]:.1f}, after the last kill {memory[3]:.1f}"
    )
    print("\n| receiver | events | requests | missing | wrong | status |\n|---|---|---|---|---|---|")
    is_right = later_ms <= MOST_LATER_MS and not any(failed)
    for receiver in bench.receivers:
        wrong, events = wrong_of(receiver), len({each.event["event_id"] for each in receiver.received})
        absent = len(bench.missing(receiver, written)) if receiver in expected else "–"
        status = statuses[receiver.webhook_id]
        print(f"| {receiver.name} | {events} | {len(receiver.received)} | {absent} | {', '.join(wrong) or 'nothing'} | {status} |")
        is_right &= not wrong and status == ("operational" if receiver in expected else "disabled")
    for receiver in troubled:
        if receiver.refused:
            print(f"{receiver.name}: the next request {earliest_s(receiver, kills_s):.2f} s later at the least, {LATER_S:g} s asked for")
    return is_right


def _print_delays(alone: Sequence[float], trouble: Sequence[float]) -> float:
    """Print the times to the steady receivers; return by how many milliseconds the trouble of others delays them (p95)."""
    print("| event -> request at the two steady receivers, ms | events | p50 | p95 | p99 | longest |\n|---|---|---|---|---|---|")
    shares: list[list[float]] = []
    for name, found in (("alone", alone), ("with nine in trouble", trouble)):
        cuts = statistics.quantiles(found, n=100)
        shares.append([cuts[49], cuts[94], cuts[98]])
        print(f"| {name} | {len(found)} | {' | '.join(f'{each:.1f}' for each in shares[-1])} | {max(found):.1f} |")
    return shares[1][1] - shares[0][1]


def main() -> None:
    """Measure what is asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=30.0, help="of the first two parts")
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    raise SystemExit(not asyncio.run(measure(given.seconds, given.kills, given.seed)))


if __name__ == "__main__":
    main()
