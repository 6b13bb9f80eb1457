"""Pages and documents."""

import re

import httpx2
import pytest

from dartd.web.pages import STATIC


async def test_the_scoreboard_loads_nothing_from_elsewhere(http: httpx2.AsyncClient) -> None:
    """The page works offline: no file names another host."""
    page = await http.get("/")
    files = [path.read_text(encoding="utf-8") for path in STATIC.iterdir() if path.is_file()]
    others = [url for text in files for url in re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]+", text) if "www.w3.org" not in url]

    assert page.headers["content-type"].startswith("text/html")
    assert [url for url in others if url != "//board.local"] == []


async def test_pages_may_run_nothing_but_our_files(http: httpx2.AsyncClient) -> None:
    """The content security policy is strict, and the page needs no exception."""
    page = await http.get("/")
    policy = page.headers["content-security-policy"]

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert re.search(r"<script(?![^>]*src=)|<style|style=|\son\w+=", page.text) is None


@pytest.mark.parametrize("name", ["dartd-client.js", "board.js", "scoreboard.js", "scoreboard.css", "icon.svg"])
async def test_files_are_served(http: httpx2.AsyncClient, name: str) -> None:
    """Each file with a media type that browsers run."""
    answer = await http.get(f"/static/{name}")

    assert answer.status_code == 200
    assert re.search("javascript|css|svg", answer.headers["content-type"])


@pytest.mark.slow
@pytest.mark.parametrize(
    "path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static/none.js", "/schemas/..%2fbase.json", "/schemas/none.json"]
)
async def test_nothing_else_is_served(http: httpx2.AsyncClient, path: str) -> None:
    """Paths lead nowhere but to what is published."""
    answer = await http.get(path)

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "RESOURCE_NOT_FOUND")


async def test_the_page_contains_how_to_connect(http: httpx2.AsyncClient) -> None:
    """The path of the WebSocket and the measures of the board; no camera's address."""
    settings = (await http.get("/config.json")).json()

    assert (settings["ws_path"], settings["board"]["double_outer_mm"], settings["simulated"]) == ("/ws", 170.0, True)
    assert "sim:" not in str(settings)


async def test_every_published_schema_is_served(http: httpx2.AsyncClient) -> None:
    """What is listed can be fetched."""
    paths = (await http.get("/schemas")).json()["data"]
    answers = [await http.get(path) for path in paths]

    assert "/schemas/dart_hit.json" in paths
    assert all(answer.headers["content-type"] == "application/schema+json" and answer.json() for answer in answers)


async def test_pages_of_other_origins_may_use_static_files(http: httpx2.AsyncClient) -> None:
    """The client module and the schemas, but nothing that depends on the caller."""
    shared = [
        (await http.get(path)).headers.get("access-control-allow-origin") for path in ("/static/dartd-client.js", "/schemas/dart_hit.json")
    ]
    private = [(await http.get(path)).headers.get("access-control-allow-origin") for path in ("/api/v1/board", "/config.json", "/")]

    assert (shared, private) == (["*"] * 2, [None] * 3)
