"""Pages and documents."""

import re
from pathlib import Path

import httpx2
import msgspec
import pytest

from dartd.alerts.rules import BUILTIN
from dartd.web.static_files import STATIC

_PAGES = ("/", "/events", "/asyncapi", "/docs", "/docs/api", "/redoc", "/docs/guide", "/board", "/statistics", "/people", "/settings")
_SCORE_BYTES = 150_000


async def test_the_scoreboard_loads_nothing_from_elsewhere(http: httpx2.AsyncClient) -> None:
    """The page works offline: no file names another host."""
    page = await http.get("/")
    ours = [path for path in STATIC.rglob("*.*") if path.is_file() and "vendor" not in path.parts and path.suffix != ".webp"]
    files = [path.read_text(encoding="utf-8") for path in ours]
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


@pytest.mark.parametrize("name", ["dartd-client.js", "board.js", "play.js", "look.css", "icon.svg", "vendor/preact/preact.mjs"])
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


async def test_other_devices_join_by_a_code(http: httpx2.AsyncClient) -> None:
    """They open what the page was opened by; an overlong host has no code."""
    settings = (await http.get("/config.json", headers={"Host": "board.lan:8123"})).json()
    code = await http.get("/join.svg", headers={"Host": "board.lan:8123"})
    none = await http.get("/join.svg", headers={"Host": "a" * 300})

    assert settings["join_url"] == "http://board.lan:8123/"
    assert (code.headers["content-type"], code.content[:4]) == ("image/svg+xml", b"<svg")
    assert none.status_code == 404


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


@pytest.mark.parametrize("path", _PAGES)
async def test_addresses_are_relative(http: httpx2.AsyncClient, path: str) -> None:
    """A page works under any prefix: its files are found from its own path, and all of them are there."""
    page = await http.get(path)
    files = re.findall(r'(?:src|href)="([^"]*)"', page.text)
    answers = [await http.get(f"{path.rpartition('/')[0]}/{file}") for file in files]

    assert len(files) >= 5
    assert [file for file in files if file.startswith(("/", "http"))] == []
    assert {answer.status_code for answer in answers} == {200}


@pytest.mark.parametrize("path", ["/typo", "/docs/typo/typo"])
async def test_a_wrong_address_shows_a_page_to_people(http: httpx2.AsyncClient, path: str) -> None:
    """Browsers get a page, programs get JSON, and both get 404."""
    page = await http.get(path, headers={"Accept": "text/html,*/*"})
    answers = [await http.get(path), await http.get("/api/v1/typo", headers={"Accept": "text/html"})]

    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert f"{'../' * (path.count('/') - 1)}static/missing.js" in page.text
    assert [(each.status_code, each.json()["error"]["code"]) for each in answers] == [(404, "RESOURCE_NOT_FOUND")] * 2


def test_every_text_is_there_in_every_language() -> None:
    """The languages have the same keys and the same values to fill in, and every key that a page names exists."""
    texts: dict[str, dict[str, str]] = {}
    for path in (STATIC / "texts").rglob("*.json"):
        found = msgspec.json.decode(path.read_bytes(), type=dict[str, str])
        assert not found.keys() & texts.get(path.stem, {}).keys(), path
        texts.setdefault(path.stem, {}).update(found)
    holes = {name: {key: sorted(re.findall(r"{\w+}", text)) for key, text in found.items()} for name, found in texts.items()}
    code = "".join(path.read_text(encoding="utf-8") for path in STATIC.rglob("*.js") if "vendor" not in path.parts)
    named = set(re.findall(r'\bt\("([^"]+)"', code))

    assert set(texts) == {"en", "de", "nl"}
    assert holes["de"] == holes["nl"] == holes["en"]
    assert named - set(texts["en"]) == set()


def test_messages_of_alerts_are_those_of_the_rules() -> None:
    """The page translates a message that it knows by these texts."""
    texts = msgspec.json.decode((STATIC / "texts/alerts/en.json").read_bytes(), type=dict[str, str])

    assert {rule.name: texts.get(f"alerts.message.{rule.name}") for rule in BUILTIN} == {rule.name: rule.message for rule in BUILTIN}


def _loaded(script: Path, known: set[Path]) -> set[Path]:
    """Return a script and what it imports, and what that imports."""
    if script not in known:
        known.add(script)
        for name in re.findall(r'(?:from|import|import\()\s*"(\.[^"]+)"', script.read_text(encoding="utf-8")):
            _loaded((script.parent / name).resolve(), known)
    return known


def test_the_score_is_small() -> None:
    """All that the play page loads is under 150 kB: it runs on old tablets."""
    loaded = _loaded(STATIC / "play.js", set()) | {STATIC / name for name in ("look.css", "play.css", "icon.svg", "texts/en.json")}

    assert STATIC / "vendor/preact/preact.mjs" in loaded
    assert sum(path.stat().st_size for path in loaded) < _SCORE_BYTES
