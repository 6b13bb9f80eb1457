"""dartd behind a real nginx, below a prefix and over HTTPS, in a real Chromium."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import msgspec
import pytest
from playwright.async_api import FrameLocator, expect

from tests.browser.conftest import WIDE, OpenPage, complaints_of
from tests.support.http_client import http_client
from tests.support.nginx import running_nginx
from tests.support.other_proxies import running_proxy
from tests.support.people import PASSWORD, make_user
from tests.support.station import CONFIG, TOKEN, running_station
from tests.support.throws import hit

_SERVER = msgspec.structs.replace(CONFIG.server, trusted_proxies=("127.0.0.1",), root_path="/darts")

# Reads an event stream and the pictures of a camera until they have begun.
_READ_STREAMS = """async () => {
  const begun = async (path, wanted) => {
    const controller = new AbortController();
    const answer = await fetch(path, { signal: controller.signal });
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (!text.includes(wanted)) {
      const { value, done } = await reader.read();
      if (done) break;
      text += value;
    }
    controller.abort();
    return answer.status === 200 && text.includes(wanted);
  };
  return [await begun("api/v1/events/stream", "snapshot"), await begun("api/v1/cameras/cam0/stream", "a picture")];
}"""


@contextmanager
def _running(proxy: str, folder: Path, upstream: int) -> Iterator[int]:
    """Run a proxy with its recipe; yield its port."""
    if proxy.startswith("nginx"):
        with running_nginx(folder, upstream) as ports:
            yield ports[proxy != "nginx"]
    else:
        with running_proxy(proxy, folder, upstream) as port:
            yield port


@pytest.mark.parametrize("proxy", ["nginx", "nginx with Host $host alone, prefix kept", "caddy", "traefik"])
async def test_everything_works_below_a_prefix(open_page: OpenPage, tmp_path: Path, proxy: str) -> None:
    """Pages, links, WebSocket, login by cookie, event stream and pictures; what answers name is below the prefix."""
    page = await open_page(viewport=WIDE, ignore_https_errors=True, service_workers="block")  # which Chromium wants a valid certificate for
    complaints = complaints_of(page)
    server = msgspec.structs.replace(_SERVER, root_path="") if proxy == "traefik" else _SERVER  # as its recipe says
    async with running_station(tmp_path, config=msgspec.structs.replace(CONFIG, server=server)) as station:
        with _running(proxy, tmp_path, station.port) as port:
            root = f"https://127.0.0.1:{port}/darts"
            user = await make_user(station, "admin")
            await page.goto(root)  # redirected to the slash
            await expect(page.locator("body")).to_have_attribute("data-connection", "open")
            sockets = [client.transport for client in station.services.clients.by_id.values()]
            await station.happen(hit("d1", 1, 10.5, 102.0))
            await expect(page.locator("[data-dart=d1]")).to_be_visible()
            await page.locator("#bar .who").click()
            await page.locator("[name=username]").fill(user.username)
            await page.locator("[name=password]").fill(PASSWORD)
            await page.locator("dialog .primary").click()
            await expect(page.locator("#bar .who")).to_have_text(user.name)
            cookies = {each["name"]: (each["path"], each["secure"]) for each in await page.context.cookies()}
            streams = await page.evaluate(_READ_STREAMS)
            created = await page.evaluate("""async () => {
              const csrf = /dartd_csrf=([^;]*)/.exec(document.cookie)[1];
              const headers = { "X-CSRF-Token": csrf, "Content-Type": "application/json" };
              const answer = await fetch("api/v1/players", { method: "POST", headers, body: '{"name": "Ada"}' });
              return [answer.status, answer.headers.get("location")];
            }""")
            servers = await page.evaluate("async () => (await (await fetch('openapi.json')).json()).servers")
            await page.locator("#bar .link.manager").click()
            await expect(page.locator("body")).to_have_attribute("data-connection", "open")
            address = page.url
            async with httpx2.AsyncClient(verify=False, trust_env=False) as client:
                joined = (await client.get(f"{root}/config.json")).json()["join_url"]
                over_ipv6 = await client.get(f"https://[::1]:{port}/darts/health/live")

    assert sockets == ["websocket"]
    assert cookies == {
        "dartd_session": ("/darts/", True),
        "dartd_csrf": ("/darts/", True),
        "dartd_refresh": ("/darts/api/v1/auth/refresh", True),
    }
    assert streams == [True, True]
    assert (created[0], created[1].startswith("/darts/api/v1/players/"), servers) == (201, True, [{"url": "/darts"}])
    assert (address, over_ipv6.status_code, complaints) == (f"{root}/board", 200, [])
    assert joined is None or joined.endswith("/darts/")  # none where the host is not known, or the machine is in no network


@pytest.mark.parametrize("is_named", [True, False])
async def test_a_page_of_another_origin_shows_the_score(open_page: OpenPage, tmp_path: Path, is_named: bool) -> None:  # noqa: FBT001
    """In a frame, as a panel of Home Assistant does, if it is one of `server.frame_origins`.

    A login works where the panel is of the same site (another port); in a frame of another site the page says why not, and pairing works.
    """
    page = await open_page(viewport=WIDE)
    frames: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n" + b"".join(frames))
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as panel:
        origin = f"http://127.0.0.1:{panel.sockets[0].getsockname()[1]}"
        server = msgspec.structs.replace(
            CONFIG.server, frame_origins=(origin, origin.replace("127.0.0.1", "localhost")) if is_named else ()
        )
        async with running_station(tmp_path, config=msgspec.structs.replace(CONFIG, server=server)) as station:
            frames.append(f'<iframe id="score" src="{station.http}/" width="900" height="600"></iframe>'.encode())
            await page.goto(f"{origin}/")
            inside = page.frame_locator("#score")
            if is_named:
                user = await make_user(station, "admin")
                await expect(inside.locator("body")).to_have_attribute("data-connection", "open")
                await station.happen(hit("d1", 1, 10.5, 102.0))
                await _log_in(inside, user.username)
                await expect(inside.locator("#bar .who")).to_have_text(user.name)  # another port is the same site
                await page.reload()
                await expect(inside.locator("#bar .who")).to_have_text(user.name)
                await page.goto(f"http://localhost:{panel.sockets[0].getsockname()[1]}/")  # another site
                await _log_in(inside, user.username)
                await expect(inside.locator("dialog [role=alert]")).to_contain_text("Pair this screen")
                await inside.locator("dialog [data-pair]").click()
                code = (await inside.locator("dialog [data-code]").inner_text()).replace(" ", "")
                async with http_client(station.http, headers={"Authorization": f"Bearer {TOKEN}"}) as http:
                    await http.post("/api/v1/auth/pairings/confirm", json={"code": code, "name": "kitchen"})
                await expect(inside.locator("#bar .who")).to_have_text(re.compile("^key:"))
            await expect(inside.locator("[data-dart=d1]")).to_have_count(int(is_named))


async def _log_in(inside: FrameLocator, username: str) -> None:
    await inside.locator("#bar .who").click()
    await inside.locator("[name=username]").fill(username)
    await inside.locator("[name=password]").fill(PASSWORD)
    await inside.locator("dialog .primary").click()
