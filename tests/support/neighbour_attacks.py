"""Attacks on the interfaces of other boards: origins, addresses, methods, upgrades, slow clients and many of them."""

import asyncio
import contextlib
import json
import socket
import time
from pathlib import Path
from typing import Any, Final

import httpx2
import websockets

from tests.support.http_client import http_client
from tests.support.neighbour_sheet import Sheet

EVIL: Final = "https://evil.example"
ATTACKS: Final = ("A origins", "A addresses", "A methods", "A upgrades", "A input", "A slow clients", "A many clients", "A memory")
GROWTH_MB: Final = 40.0


async def attack(sheet: Sheet, port: int, caller: int, main: int, pid: int) -> None:
    """Attack the port of the board manager, that of Socket.IO, and dartd's own with opendarts on the first."""
    before_mb = rss_mb(pid)
    async with http_client(f"http://127.0.0.1:{port}/api", timeout=20) as http:
        await _origins(sheet, http, main)
        await _addresses(sheet, http, port)
        await _methods(sheet, http)
        await _upgrades(sheet, http, port, caller)
        await _input(sheet, http, port, caller)
        await _slow(sheet, http, port)
        await _many(sheet, http, port, caller)
        state = await http.get("/state")
        sheet.check("A many clients", "the board answers afterwards", holds=state.status_code == 200)
    grown_mb = rss_mb(pid) - before_mb
    sheet.check("A memory", f"grows by less than {GROWTH_MB:.0f} MB", holds=grown_mb < GROWTH_MB, shown=f"{grown_mb:.0f} MB")


def rss_mb(pid: int) -> float:
    """Return the memory of a process."""
    return int(Path(f"/proc/{pid}/status").read_text().partition("VmRSS:")[2].split()[0]) / 1024


async def _origins(sheet: Sheet, http: httpx2.AsyncClient, main: int) -> None:
    row = "A origins"
    for origin in (EVIL, "null", "file://"):
        answer = await http.get("/state", headers={"Origin": origin})
        sheet.check(row, "pages of any origin read", holds=answer.headers.get("access-control-allow-origin") == "*", shown=answer.headers)
        sheet.check(row, "never with credentials", holds="access-control-allow-credentials" not in answer.headers, shown=answer.headers)
        for method in ("PUT", "POST", "PATCH"):
            headers = {"Origin": origin, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": "content-type"}
            asked = await http.options("/start", headers=headers)
            allowed = asked.headers.get("access-control-allow-methods", "")
            sheet.check(
                row, "preflights are granted", holds=asked.status_code == 200 and method in allowed, shown=f"{asked.status_code} {allowed}"
            )
    async with http_client(f"http://127.0.0.1:{main}") as own:
        for path in ("/api/v1/board", "/health"):
            answer = await own.get(path, headers={"Origin": EVIL})
            sheet.check(row, "dartd's own paths stay closed", holds=answer.headers.get("access-control-allow-origin") != "*", shown=path)
        refused = await own.post("/api/v1/board/reset", json={}, headers={"Origin": EVIL})
        sheet.check(row, "dartd's own commands need a token", holds=refused.status_code in {401, 403}, shown=refused.status_code)
        away = await own.put("/api/stop")
        sheet.check(row, "no command on another port", holds=away.status_code in {404, 405}, shown=away.status_code)


async def _addresses(sheet: Sheet, http: httpx2.AsyncClient, port: int) -> None:
    row = "A addresses"
    for name, value in (("X-Forwarded-For", "203.0.113.7"), ("X-Forwarded-For", "127.0.0.1"), ("Forwarded", "for=127.0.0.1")):
        answer = await http.put("/stop", headers={name: value})
        sheet.check(row, "behind a proxy that is not trusted: 403", holds=answer.status_code == 403, shown=answer.status_code)
        sheet.check(row, "the refusal can be read", holds="compat.allow" in answer.text, shown=answer.text)
    with contextlib.suppress(OSError):
        try:
            async with websockets.connect(
                f"ws://127.0.0.1:{port}/api/events", proxy=None, additional_headers={"X-Forwarded-For": "127.0.0.1"}
            ):
                sheet.check(row, "its WebSockets: 403", holds=False)
        except websockets.InvalidStatus as refused:
            sheet.check(row, "its WebSockets: 403", holds=refused.response.status_code == 403, shown=refused.response.status_code)


async def _methods(sheet: Sheet, http: httpx2.AsyncClient) -> None:
    row = "A methods"
    before = (await http.get("/state")).json()
    for method, path, wanted in (
        ("GET", "/stop", {405}), ("GET", "/start", {405}), ("GET", "/reset", {405}), ("PUT", "/reset", {405}), ("DELETE", "/state", {405}),
        ("POST", "/state", {405}), ("PATCH", "/config", {404}), ("PUT", "/config", {405}), ("TRACE", "/state", {405}),
        ("GET", "/config/calibration/auto", {405}),
        ("HEAD", "/state", {200}), ("HEAD", "/version", {200}), ("OPTIONS", "/state", {200, 204, 405}), ("LINK", "/state", {405}),
        ("GET", "/none", {404}), ("GET", "//state", {404}), ("GET", "/state/", {404, 307}), ("POST", "/live/recent", {405}),
    ):  # fmt: skip
        answer = await http.request(method, path)
        sheet.check(row, f"{method} {path}", holds=answer.status_code in wanted, shown=answer.status_code)
        sheet.check(
            row, "errors can be read by pages", holds=answer.headers.get("access-control-allow-origin") == "*", shown=f"{method} {path}"
        )
    for path in ("/streams/cams/0", "/events", "/img/cams/0"):  # without a body, so without an end to wait for
        try:
            async with asyncio.timeout(5):
                answer = await http.head(path)
            sheet.check(row, f"HEAD {path} ends", holds=answer.status_code in {200, 405, 503}, shown=answer.status_code)
        except (TimeoutError, httpx2.HTTPError) as error:
            sheet.check(row, f"HEAD {path} ends", holds=False, shown=repr(error))
    after = (await http.get("/state")).json()
    sheet.check(row, "nothing was commanded", holds=before["running"] == after["running"], shown=after)


async def _exchange(port: int, payload: bytes, *, wait_s: float = 5.0) -> bytes:
    """Send bytes, and return what is answered until the connection ends or a while has passed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    found = bytearray()
    with contextlib.suppress(TimeoutError, OSError):
        writer.write(payload)
        async with asyncio.timeout(wait_s):
            while part := await reader.read(65_536):
                found += part
                if b"\r\n\r\n" in found:
                    break
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return bytes(found)


def _upgrade(path: str, *lines: str) -> bytes:
    return "\r\n".join([f"GET {path} HTTP/1.1", "Host: x", "Connection: Upgrade", "Upgrade: websocket", *lines, "", ""]).encode()


async def _upgrades(sheet: Sheet, http: httpx2.AsyncClient, port: int, caller: int) -> None:
    row, key = "A upgrades", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="
    polling = "/socket.io/?EIO=4&transport=polling"
    for where, what, payload in (
        (port, "version 8", _upgrade("/api/events", key, "Sec-WebSocket-Version: 8")),
        (port, "no version", _upgrade("/api/events", key)),
        (port, "no key", _upgrade("/api/events", "Sec-WebSocket-Version: 13")),
        (port, "a short key", _upgrade("/api/events", "Sec-WebSocket-Key: AA", "Sec-WebSocket-Version: 13")),
        (port, "a path without WebSockets", _upgrade("/api/state", key, "Sec-WebSocket-Version: 13")),
        (port, "no path", _upgrade("/", key, "Sec-WebSocket-Version: 13")),
        (caller, "another path", _upgrade("/api/events", key, "Sec-WebSocket-Version: 13")),
        (caller, "Engine.IO 3", _upgrade("/socket.io/?EIO=3&transport=websocket", key, "Sec-WebSocket-Version: 13")),
        (caller, "polling", f"GET {polling} HTTP/1.1\r\nHost: x\r\n\r\n".encode()),
        (caller, "polling by POST", f"POST {polling} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n40".encode()),
        (caller, "no session", _upgrade("/socket.io/?EIO=4&transport=websocket&sid=none", key, "Sec-WebSocket-Version: 13")),
    ):
        answer = await _exchange(where, payload)
        status = answer[9:12]
        sheet.check(row, f"{what} is refused", holds=status[:1] == b"4", shown=answer[:200] or "nothing")
    h2c = b"GET /api/state HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n"
    answer = await _exchange(port, h2c)
    sheet.check(row, "another protocol is ignored", holds=answer[9:12] == b"200", shown=answer[:80])
    tls = await _exchange(port, bytes.fromhex("16030100050100000100"))
    sheet.check(row, "TLS is refused", holds=tls[9:10] in {b"4", b""}, shown=tls[:80])
    alive = await http.get("/version")
    sheet.check(row, "the port answers afterwards", holds=alive.status_code == 200)


async def _input(sheet: Sheet, http: httpx2.AsyncClient, port: int, caller: int) -> None:
    row = "A input"
    for path in (
        "/img/cams/99999999999999999999999",
        "/img/cams/-1",
        "/streams/cams/7",
        "/img/cams/%00",
        "/streams/cams/0/../9",
        "/img/cams/x",
    ):
        answer = await http.get(path)
        sheet.check(row, f"{path} is 404", holds=answer.status_code == 404, shown=answer.status_code)
    for limit in ("-1", "1e9", "9" * 400, "", "%00", "0", "٣"):
        answer = await http.get(f"/live/recent?limit={limit}")
        sheet.check(
            row,
            "any limit is answered",
            holds=answer.status_code == 200 and answer.json()["limit"] <= 12,
            shown=f"{limit[:9]} {answer.text[:80]}",
        )
    for body in (
        b"",
        b"{",
        b"[" * 100_000,
        b"\xff\xfe",
        b'{"ring":"double","sector":' + b"9" * 4000 + b"}",
        b'{"ring":"double"}' + b" " * 5_000_000,
    ):
        try:
            answer = await http.post("/visits/v/throws/0/correct", content=body)
            holds = answer.status_code in {400, 404, 413}
            sheet.check(row, "odd bodies are refused", holds=holds, shown=f"{body[:20]!r} {answer.status_code}")
        except httpx2.HTTPError as error:  # closed while the body was sent
            sheet.check(row, "odd bodies are refused", holds=len(body) > 100_000, shown=repr(error))
    for where, path in ((port, "/api/events"), (port, "/api/live"), (caller, "/socket.io/?EIO=4&transport=websocket")):
        async with websockets.connect(f"ws://127.0.0.1:{where}{path}", proxy=None, max_size=None) as client:
            with contextlib.suppress(websockets.ConnectionClosed):
                for message in ("40", "{", "\x00", '42["message",{"a":[]}]', '42["message"]', "42[", "451-[]", b"\x00" * 100, "9", "41"):
                    await client.send(message)
                await client.send("x" * 3_000_000)
            with contextlib.suppress(TimeoutError, websockets.ConnectionClosed):
                async with asyncio.timeout(5):
                    while True:
                        await client.recv()
            sheet.check(row, f"3 MB on {path} end the connection", holds=client.close_code is not None, shown=client.close_code)


async def _slow(sheet: Sheet, http: httpx2.AsyncClient, port: int) -> None:
    """Connect clients that never read: others are served meanwhile, and they are disconnected."""
    row, loop = "A slow clients", asyncio.get_running_loop()
    sleepers = []
    for _ in range(8):
        raw = socket.socket()
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        raw.setblocking(False)
        await loop.sock_connect(raw, ("127.0.0.1", port))
        await loop.sock_sendall(raw, _upgrade("/api/events", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Version: 13"))
        sleepers.append(raw)
    began_s, slowest_s, received = time.monotonic(), 0.0, 0
    async with websockets.connect(f"ws://127.0.0.1:{port}/api/events", proxy=None) as client:
        while time.monotonic() - began_s < 8:
            asked_s = time.monotonic()
            await http.get("/state")
            slowest_s = max(slowest_s, time.monotonic() - asked_s)
            async with asyncio.timeout(10):
                received += bool(json.loads(await client.recv()))
    sheet.check(row, "others are served meanwhile", holds=slowest_s < 1.5 and received > 5, shown=f"{slowest_s:.1f} s, {received} messages")
    for each in sleepers:
        each.close()


async def _many(sheet: Sheet, http: httpx2.AsyncClient, port: int, caller: int) -> None:
    """Connect more clients than there are places of an interface; when they have gone the next one is served."""
    row = "A many clients"
    for where, path in ((port, "/api/events"), (port, "/api/live"), (caller, "/socket.io/?EIO=4&transport=websocket")):
        codes = await _fill(where, path)
        sheet.check(row, f"{path}: some are served", holds=codes.count(0) >= 40, shown=codes)
        is_reasoned = all(code in {0, 1013} or code >= 400 for code in codes)
        sheet.check(row, f"{path}: others get a reason", holds=is_reasoned, shown=sorted(set(codes)))
        again: Any = await _until_served(where, path)
        sheet.check(row, f"{path}: the next one is served", holds=again, shown=again)
    streams = await asyncio.gather(*(_exchange(port, b"GET /api/events HTTP/1.1\r\nHost: x\r\n\r\n", wait_s=3) for _ in range(3)))
    sheet.check(row, "streams are served", holds=all(each[9:12] == b"200" for each in streams))
    async with contextlib.AsyncExitStack() as stack:
        statuses = []
        for _ in range(55):
            client = await stack.enter_async_context(http_client(timeout=20))
            answer = await stack.enter_async_context(client.stream("GET", f"http://127.0.0.1:{port}/api/events"))
            statuses.append(answer.status_code)
        sheet.check(row, "streams: one too many is 503", holds=set(statuses[50:]) <= {503, 429}, shown=statuses[48:])
    async with contextlib.AsyncExitStack() as stack:
        statuses = []
        for _ in range(6):
            client = await stack.enter_async_context(http_client(timeout=20))
            answer = await stack.enter_async_context(client.stream("GET", f"http://127.0.0.1:{port}/api/streams/cams/0"))
            statuses.append(answer.status_code)
        sheet.check(row, "pictures: one too many is 503", holds=set(statuses) <= {200, 503}, shown=statuses)


async def _fill(port: int, path: str) -> list[int]:
    """Return the close code of each of 55 clients: 0 for those that stay, the status of those that are refused."""
    codes = []
    async with contextlib.AsyncExitStack() as stack:
        clients = []
        for _ in range(55):
            try:
                clients.append(
                    await stack.enter_async_context(websockets.connect(f"ws://127.0.0.1:{port}{path}", proxy=None, close_timeout=1))
                )
            except websockets.InvalidStatus as refused:
                codes.append(refused.response.status_code)
            except (OSError, websockets.WebSocketException, TimeoutError):
                codes.append(-1)
        await asyncio.sleep(1)
        codes += [each.close_code or 0 for each in clients]
    return codes


async def _until_served(port: int, path: str) -> bool:
    for _ in range(20):
        with contextlib.suppress(OSError, websockets.WebSocketException, TimeoutError):
            async with websockets.connect(f"ws://127.0.0.1:{port}{path}", proxy=None) as client, asyncio.timeout(3):
                await client.recv()
                return True
        await asyncio.sleep(0.5)
    return False
