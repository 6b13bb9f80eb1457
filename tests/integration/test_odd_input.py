"""Odd input to every route: none of it is an error of the daemon."""

import base64
import urllib.parse
from pathlib import Path

import msgspec
import pytest

from dartd.config import LimitsConfig
from dartd.web.app import ENDPOINTS
from tests.support.http_client import http_client
from tests.support.people import log_in_as
from tests.support.station import CONFIG, running_station
from tests.support.waiting import DEADLINE_S


def _cursor(sort: str) -> str:
    """Return a cursor behind a number that SQLite cannot store."""
    return base64.urlsafe_b64encode(msgspec.json.encode([sort, 2**63, 2**63])).decode().rstrip("=")


_ODD = ("%00", "%0a", "..%2f..%2fetc", "%ff%fe", "%F0%9F%8E%AF", "%E2%80%AE", "9" * 30, "-1", "a" * 300, "*", "%7B%7D", "null", "nl%0A")
_QUERIES = (
    *(f"cursor={cursor}" for cursor in ("9223372036854775808", "c99999999999999999999", "W10", "%00", _cursor("-seq"), _cursor("name"))),
    *("offset=9223372036854775808", "limit=%00", "search=%00", "player_id=%ff", "event_type=%00", "topic=%0a", "sort=%00", "after=%00"),
)
_HEADERS = (
    {"Origin": "http://["},
    {"Host": "["},
    {"Authorization": "Bearer é".encode("latin-1").decode("latin-1")},
    {"If-Match": '"v99999999999999999999"'},
    {"If-None-Match": "\x7f"},
    {"Idempotency-Key": "x" * 5000},
    {"Last-Event-ID": "99999999999999999999"},
    {"Content-Type": "application/json; charset=\xff"},
    {"Cookie": "dartd_session=é; dartd_refresh=\xff"},
    {"Accept": "a/b;q=x, */*;q=-1"},
    {"X-Forwarded-For": "\xff"},
)
_PATHS = sorted({endpoint.plain_path for endpoint in ENDPOINTS if not endpoint.streaming and ":path}" not in endpoint.path})


@pytest.mark.parametrize("role", ["admin", "anonymous"])
async def test_odd_input_is_refused(tmp_path: Path, role: str) -> None:
    """Paths, queries, cursors, headers: every answer is below 500 and JSON if it is an error."""
    config = msgspec.structs.replace(CONFIG, limits=LimitsConfig(default=1_000_000, metrics=1_000_000, login=1_000_000))
    broken = []
    async with (
        running_station(tmp_path, config=config) as station,
        http_client(station.http, timeout=DEADLINE_S) as http,
    ):
        token = {} if role == "anonymous" else await log_in_as(station, role)

        async def ask(url: str, headers: dict[str, str] | None = None) -> None:
            raw = [(name.encode(), value.encode("latin-1")) for name, value in (token | (headers or {})).items()]
            answer = await http.get(url, headers=raw)
            allowed = answer.status_code == 503 and url.startswith("/health")
            is_error_as_usual = answer.status_code < 400 or url.startswith("/health") or "error" in answer.json()
            if (answer.status_code >= 500 and not allowed) or not is_error_as_usual:
                broken.append((url, headers, answer.status_code, answer.text[:100]))

        for path in _PATHS:
            plain = path.replace("{", "").replace("}", "")
            for odd in _ODD if "{" in path else ():
                await ask("/".join(odd if part.startswith("{") else part for part in path.split("/")))
            for query in _QUERIES:
                await ask(f"{plain}?{query}")
        for headers in _HEADERS:
            for path in ("/api/v1/players", "/api/v1/players/x", "/api/v1/board", "/health", "/metrics", "/"):
                await ask(path, headers)

    assert broken == []


async def test_a_trailing_newline_is_no_part_of_an_id(tmp_path: Path) -> None:
    """An id, a badge, a color or a time that ends with a newline is refused; so is a name that cannot be seen."""
    async with running_station(tmp_path) as station, http_client(station.http) as http:
        token = await log_in_as(station, "admin")
        bodies = [
            ("players", {"name": "Ann", "player_id": "nl\n"}),
            ("players", {"name": "Ann", "badge_id": "nl\n"}),
            ("players", {"name": "   "}),
            ("players", {"name": "A\x00nn"}),
            ("players", {"name": "nnA\u202e"}),
            ("players", {"name": "\u200b\u200b"}),
            ("players", {"name": "\u2800\u2800"}),  # blank braille
            ("players", {"name": "\u17b4"}),
            ("players", {"name": "Ann\U000e0041"}),  # a tag, which only programs see
            ("users", {"username": "ann\n", "password": "long enough"}),
            ("users", {"username": "ann", "password": "long enough", "name": "\u2067Administrator"}),
            ("auth/api-keys", {"name": "x", "expires_at": "2999-01-01T00:00:00Z\n"}),
            ("auth/api-keys", {"name": "x\ny"}),
        ]
        statuses = [(await http.post(f"/api/v1/{path}", json=body, headers=token)).status_code for path, body in bodies]
        queries = [
            (await http.get(f"/api/v1/throws?after={urllib.parse.quote('2024-01-01T00:00:00Z' + end)}")).status_code for end in ("", "\n")
        ]

    assert statuses == [422] * len(bodies)
    assert queries == [200, 422]


@pytest.mark.parametrize("body", [rb'{"name": "a\u0000b"}', rb'{"name": "\\\u0000"}'])
async def test_text_that_a_server_cannot_store_is_refused(tmp_path: Path, body: bytes) -> None:
    """The character U+0000 must be refused on every store, escaped as JSON allows it; an escaped backslash before `u0000` is none."""
    async with running_station(tmp_path) as station, http_client(station.http, timeout=DEADLINE_S) as http:
        token = await log_in_as(station, "admin")
        headers = {**token, "Content-Type": "application/json"}
        refused = await http.post("/api/v1/formats", content=body, headers=headers)
        noted = await http.post("/api/v1/players", content=rb'{"name": "a\\u0000b"}', headers=headers)

    assert (refused.status_code, noted.status_code) == (422, 201)
