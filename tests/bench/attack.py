"""Attack a running daemon over loopback, and list what it does and what another client notices meanwhile.

python -m tests.bench.attack
python -m tests.bench.attack --root /tmp/another-checkout --items 1,2,3

Bounded: two daemons, few hundred connections, about two minutes. The attacker has the addresses 127.0.0.2 and above, the other client
127.0.0.1. Exits with 1 if the daemon fails to withstand an attack. The numbers are those of the table in tests/README.md.
"""

import argparse
import asyncio
import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import httpx2
import msgspec
import websockets

from tests.support.attacker import Target, client, close_code, raw, until_closed
from tests.support.daemon import ROOT, RunningDaemon, free_port, write_config
from tests.support.odd_forms import FORMS
from tests.support.simulation import write_simulation

DESCRIPTORS = 256
CLIENTS = 40
TOKEN = "the-token-of-the-operator"  # noqa: S105  of a daemon that lives for two minutes
PASSWORD = "correct horse battery"  # noqa: S105  the same
EVIL = "https://evil.example"
UPGRADE = (
    b"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
MASK = b"\x80\x00\x00\x00\x00"
CLOSED_S = 22.0  # 20 s, and the second between two checks


class Outcome(NamedTuple):
    """What an attack achieved, and whether the daemon withstood it."""

    found: str
    withstood: bool


Attack = Callable[[Target], Awaitable[Outcome]]


class Row(NamedTuple):
    """One line of the table; `worst_ms` is the longest time that the other client waited for a pong."""

    item: str
    attack: str
    outcome: Outcome
    worst_ms: float


# Items 1 to 3: availability


async def silent_connections(target: Target) -> Outcome:
    """Open more silent connections than there are descriptors."""
    silent = [await raw(target) for _ in range(DESCRIPTORS + 50)]
    await asyncio.sleep(6)  # the host is sampled every five seconds
    async with client(target, "127.0.0.1") as http:
        try:
            status = (await http.get("/health/deep", timeout=5)).status_code
        except httpx2.TransportError:
            status = 0
    for each in silent:
        each.close()
    alive = target.daemon.process.poll() is None
    return Outcome(f"daemon {'runs' if alive else 'ended'}, /health {status}", alive and status > 0)


def flood(*frames: bytes, count: int = 150_000) -> Attack:
    """Return an attack by four WebSockets that send the first frames once and the last one many times."""

    async def attack(target: Target) -> Outcome:
        loop = asyncio.get_running_loop()

        async def one() -> float | None:
            connection = await raw(target)
            await loop.sock_sendall(connection, UPGRADE)
            await loop.sock_recv(connection, 65_536)
            with contextlib.suppress(ConnectionError):
                async with asyncio.timeout(5):
                    await loop.sock_sendall(connection, b"".join(frames[:-1]) + frames[-1] * count)
            return await until_closed(connection, [], 3)

        before_mb = target.rss_mb
        fates = await asyncio.gather(*(one() for _ in range(4)), return_exceptions=True)
        grown_mb = target.rss_mb - before_mb
        closed = sum(isinstance(fate, float) for fate in fates)
        return Outcome(f"{closed} of 4 closed, {grown_mb:+.0f} MB", closed == len(fates) and grown_mb < 20)

    return attack


async def unfinished(target: Target) -> Outcome:
    """Leave requests, bodies and handshakes unfinished, or drip them."""
    head, drops = b"GET /health HTTP/1.1\r\nHost: x\r\n", [b"X-A: b\r\n"] * 60
    body = b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 999\r\n\r\n"
    kinds = [[], [head], [head, *drops], [body], [body, *[b" "] * 60], [UPGRADE[:60]], [head + b"\r\n", *[b"\r\n"] * 60]]
    times = await asyncio.gather(*[until_closed(await raw(target), parts, CLOSED_S + 1) for parts in kinds])
    closed = [each for each in times if each is not None]
    return Outcome(f"{len(closed)} of {len(kinds)} closed within {max(closed, default=0):.0f} s", len(closed) == len(kinds))


async def all_places(target: Target) -> Outcome:
    """Take all places of clients from one address."""
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(CLIENTS + 10):
            await stack.enter_async_context(websockets.connect(target.ws, proxy=None, local_addr=("127.0.0.2", 0), close_timeout=0.2))
        async with websockets.connect(target.ws, proxy=None, local_addr=("127.0.0.3", 0), close_timeout=0.2) as other:
            try:
                kind = msgspec.json.decode(await asyncio.wait_for(other.recv(), 5))["event_type"]
            except websockets.ConnectionClosed:
                kind = "closed"
    return Outcome(f"another address: {kind}", kind == "hello")


async def bad_tokens(target: Target) -> Outcome:
    """Try tokens on the WebSocket."""
    codes = [await close_code(f"{target.ws}?token=guess{k}") for k in range(105)]
    return Outcome(f"last answer {codes[-1]}", codes[-1] == 429)


# Items 11 to 14: who may


async def lock_out(target: Target) -> Outcome:
    """Try wrong passwords from many addresses, then log in from another one."""
    login = {"username": "ann", "password": "wrong"}
    for k in range(15):
        async with client(target, f"127.0.1.{k + 1}") as http:
            await http.post("/api/v1/auth/login", json=login)
    began_s = time.monotonic()
    async with client(target, "127.0.2.1") as http:
        status = (await http.post("/api/v1/auth/login", json={**login, "password": PASSWORD})).status_code
    return Outcome(f"owner: {status} after {time.monotonic() - began_s:.1f} s", status == 200)


async def two_tabs(target: Target) -> Outcome:
    """Refresh a login twice at once."""
    async with client(target, "127.0.2.2") as http:
        session = (await http.post("/api/v1/auth/login", json={"username": "ann", "password": PASSWORD})).json()
        body = {"refresh_token": session["refresh_token"]}
        tabs = await asyncio.gather(*(http.post("/api/v1/auth/refresh", json=body) for _ in range(2)))
    statuses = [each.status_code for each in tabs]
    return Outcome(f"{statuses}", statuses == [200, 200])


async def forwarded(target: Target) -> Outcome:
    """Pretend to be many addresses, from the machine of the daemon; use the default port of HTTPS behind a proxy."""
    async with client(target, "127.0.0.1") as http:
        left = [
            (await http.get("/api/v1/board", headers={"X-Forwarded-For": f"9.9.9.{k}"})).headers["X-RateLimit-Remaining"] for k in range(3)
        ]
    named = await close_code(target.ws, additional_headers={"Host": "darts.example:443"}, origin=websockets.Origin("https://darts.example"))
    return Outcome(f"remaining {', '.join(left)}; default port: {named or 'open'}", len(set(left)) == 3 and named in {0, 1000})


async def stolen_cookie(target: Target) -> Outcome:
    """Command the board from a page of another origin with an admin's cookie; the daemon has cors_origins = ["*"]."""
    cookie = f"dartd_session={target.admin['Authorization'].removeprefix('Bearer ')}"
    async with websockets.connect(target.ws, proxy=None, additional_headers={"Cookie": cookie}, origin=websockets.Origin(EVIL)) as page:
        await page.send('{"action": "reset"}')
        while (message := msgspec.json.decode(await asyncio.wait_for(page.recv(), 5)))["event_type"] not in {"error", "board_reset"}:
            pass
    return Outcome(str(message.get("code", message["event_type"])), message["event_type"] == "error")


async def odd_forms(target: Target) -> Outcome:
    """Send names, ids, cursors, keys and photos of odd forms."""
    async with client(target, "127.0.3.1", **target.admin) as http:
        failed = [name for name, form in FORMS.items() if not await form(http)]
    with contextlib.suppress(httpx2.TransportError):
        async with client(target, "127.0.3.2") as http:
            await http.get("/x%0a2026-01-01T00:00:00.000Z%20ERROR%20%20%20dartd:%20forged")
    broken = await close_code(target.ws, origin=websockets.Origin("http://["))
    failed += [] if broken in {0, 403} else [f"broken origin: {broken}"]  # open: this daemon has cors_origins = ["*"]
    return Outcome(", ".join(failed) or f"{len(FORMS) + 1} refused", not failed)


ATTACKS: list[tuple[str, str, Attack]] = [
    ("1", "silent connections beyond the descriptors", silent_connections),
    ("2", "empty continuation frames", flood(b"\x01" + MASK, b"\x00" + MASK)),
    ("2", "pings, pongs unread", flood(b"\x89\xfd\x00\x00\x00\x00" + bytes(125), count=50_000)),
    ("2", "pongs", flood(b"\x8a" + MASK)),
    ("3", "unfinished and dripping requests", unfinished),
    ("3", "all places of clients from one address", all_places),
    ("3", "invalid tokens on /ws", bad_tokens),
    ("11", "wrong passwords of one account", lock_out),
    ("11", "two refreshes at once", two_tabs),
    ("12", "X-Forwarded-For, default ports", forwarded),
    ("13", "a cookie from another origin", stolen_cookie),
    ("13, 14", "odd names, ids, cursors, keys, photos", odd_forms),
]


# Items 8 and 10: with darts in the board


async def calibrate_with_darts(target: Target) -> Outcome:
    """Calibrate while a dart is in the board."""
    async with client(target, "127.0.0.1", Authorization=f"Bearer {TOKEN}") as http:
        status = (await http.post("/api/v1/board/calibrate", json={})).status_code
    return Outcome(f"{status}", status == 409)


async def others_darts(target: Target) -> Outcome:
    """Correct the dart of another player over the WebSocket, and list their throws without a token."""
    async with client(target, "127.0.0.1") as http:
        session = (await http.post("/api/v1/auth/login", json={"username": "ann", "password": PASSWORD})).json()
        anonymous = (await http.get("/api/v1/throws?player_id=bob")).status_code
        dart_id = (await http.get("/api/v1/board")).json()["darts"][0]["dart_id"]
    async with websockets.connect(f"{target.ws}?token={session['access_token']}", proxy=None) as page:
        await page.send(msgspec.json.encode({"action": "correct", "operation": "change", "dart_id": dart_id, "label": "T20"}).decode())
        while (message := msgspec.json.decode(await asyncio.wait_for(page.recv(), 5)))["event_type"] not in {"error", "dart_corrected"}:
            pass
    found = str(message.get("code", message["event_type"]))
    return Outcome(f"{found}, throws: {anonymous}", found == "AUTH_INSUFFICIENT_PERMISSIONS" and anonymous == 401)


WITH_DARTS: list[tuple[str, str, Attack]] = [
    ("8", "calibrating with a dart in the board", calibrate_with_darts),
    ("10", "another player's darts", others_darts),
]


# The table


class OtherClient:
    """A client at another address that pings every 50 ms."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.worst_ms = 0.0

    async def run(self) -> None:
        """Ping, and connect again if necessary; a refused connection counts as a second."""
        while True:
            try:
                async with websockets.connect(self._url, proxy=None, ping_interval=None) as connection:
                    while True:
                        began_s = time.monotonic()
                        await (await connection.ping())
                        self.worst_ms = max(self.worst_ms, (time.monotonic() - began_s) * 1000)
                        await asyncio.sleep(0.05)
            except (OSError, TimeoutError, websockets.WebSocketException):
                self.worst_ms = max(self.worst_ms, 1000.0)
                await asyncio.sleep(0.1)


async def run_all(target: Target, attacks: Sequence[tuple[str, str, Attack]]) -> list[Row]:
    """Run attacks one after the other."""
    rows = []
    for item, name, attack in attacks:
        other = OtherClient(target.ws)
        pinging = asyncio.ensure_future(other.run())
        await asyncio.sleep(0.3)
        try:
            outcome = await attack(target)
        except Exception as error:  # noqa: BLE001  an attack that fails is shown in the table
            outcome = Outcome(f"{type(error).__name__}: {error}"[:60], withstood=False)
        await asyncio.sleep(0.3)
        pinging.cancel()
        rows.append(Row(item, name, outcome, other.worst_ms))
        print_row(rows[-1])
    return rows


def print_row(row: Row) -> None:
    """Print one line of the table."""
    verdict = "yes" if row.outcome.withstood else "**no**"
    print(f"| {row.item} | {row.attack} | {row.outcome.found} | {row.worst_ms:.0f} | {verdict} |", flush=True)


@contextlib.contextmanager
def _running(config: Path, port: int, root: Path) -> Iterator[Target]:
    environ = {"PYTHONPATH": str(root), "DARTD_AUTH_TOKEN": TOKEN}
    for username, role in (("root", "admin"), ("ann", "player")):
        command = [sys.executable, "-m", "dartd", "user", "create", username, "--role", role, "--password-stdin", "--config", str(config)]
        subprocess.run(
            command, input=PASSWORD, text=True, check=True, capture_output=True, env={**environ, "PATH": "/usr/bin:/bin"}, cwd=root
        )
    limit = ["env", "-C", str(root), "prlimit", f"--nofile={DESCRIPTORS}:{DESCRIPTORS}"]
    with RunningDaemon(config, port, environ=environ, command=limit) as daemon:
        daemon.until_ready()
        login = httpx2.post(f"http://127.0.0.1:{port}/api/v1/auth/login", json={"username": "root", "password": PASSWORD}, trust_env=False)
        admin = {"Authorization": f"Bearer {login.json()['access_token']}"}
        yield Target(daemon, f"http://127.0.0.1:{port}", f"ws://127.0.0.1:{port}/ws", admin)


def _chosen(attacks: Sequence[tuple[str, str, Attack]], items: set[str]) -> list[tuple[str, str, Attack]]:
    return [each for each in attacks if not items or items & set(each[0].split(", "))]


def main() -> int:
    """Attack; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--root", type=Path, default=ROOT, help="the checkout whose daemon is attacked")
    parser.add_argument("--items", default="", help="numbers of items, separated by commas; default: all")
    asked = parser.parse_args()
    items = {each.strip() for each in asked.items.split(",") if each.strip()}
    print("| item | attack | found | others wait at most (ms) | withstood |\n|---|---|---|---|---|")
    rows: list[Row] = []
    for attacks, with_darts in ((_chosen(ATTACKS, items), False), (_chosen(WITH_DARTS, items), True)):
        if attacks:
            rows += _attack_one(attacks, asked.root, with_darts=with_darts)
    return 0 if all(row.outcome.withstood for row in rows) else 1


def _attack_one(attacks: Sequence[tuple[str, str, Attack]], root: Path, *, with_darts: bool) -> list[Row]:
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:  # noqa: S108  memory, not the disk
        port = free_port()
        config = write_simulation(Path(folder), port, first_s=30) if with_darts else write_config(Path(folder), port, cameras=1)
        opened = config.read_text().replace("[server]\n", '[server]\ncors_origins = ["*"]\n', 1)
        config.write_text(f"{opened}[ws]\nmax_clients = {CLIENTS}\n")
        with _running(config, port, root) as target:
            if with_darts:
                _throw(target)
            rows = asyncio.run(run_all(target, attacks))
            forged = target.daemon.end()[2].splitlines()
        if any(line.startswith("2026-01-01T00:00:00.000Z ERROR") for line in forged):
            rows.append(Row("14", "a line of the log", Outcome("forged", withstood=False), 0.0))
            print_row(rows[-1])
        return rows


def _throw(target: Target) -> None:
    """Sign another player on, and wait for a dart."""
    with httpx2.Client(base_url=target.http, trust_env=False, headers=target.admin) as http:
        for player_id in ("ann", "bob"):
            http.post("/api/v1/players", json={"name": player_id, "player_id": player_id}).raise_for_status()
        http.put("/api/v1/board/player", json={"player_id": "bob"}).raise_for_status()
        target.daemon.waiting.until(lambda: http.get("/api/v1/board").json().get("darts"), "a dart")


if __name__ == "__main__":
    sys.exit(main())
