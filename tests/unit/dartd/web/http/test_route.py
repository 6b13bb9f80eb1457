"""The way of a request."""

from pathlib import Path

import httpx2
import msgspec
import pytest
from starlette.responses import Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles

from dartd.web.app import routes
from dartd.web.http.endpoint import DeclarationError
from dartd.web.http.route import check_declared
from tests.support.http_client import http_client
from tests.support.people import bearer, log_in, log_in_as, make_player, make_user
from tests.support.station import CONFIG, TOKEN, Station, running_station


def _undeclared(_request: object) -> Response:
    return Response()


@pytest.mark.parametrize(
    "route", [Route("/x", _undeclared), Mount("/y", routes=[Route("/x", _undeclared)]), Mount("/z", StaticFiles(directory="/"))]
)
def test_route_without_declaration_stops_the_start(route: Route) -> None:
    """Wherever it hides."""
    with pytest.raises(DeclarationError):
        check_declared([*routes("/ws"), route])


def test_websocket_needs_none() -> None:
    """Its rights go by topic."""
    check_declared([WebSocketRoute("/ws", _undeclared)])


async def test_other_methods_are_named(http: httpx2.AsyncClient) -> None:
    """405, and which there are; HEAD goes with GET."""
    answer = await http.request("PATCH", "/api/v1/players")
    head = await http.head("/health")

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, POST")
    assert answer.json()["error"]["details"]["allowed"] == ["GET", "HEAD", "POST"]
    assert (head.status_code, head.content) == (200, b"")


@pytest.mark.slow
@pytest.mark.parametrize("headers", [bearer("x"), bearer("a.b.c"), {"X-API-Key": "dk_live_x"}, {"Cookie": "dartd_session=x"}])
async def test_wrong_token_is_not_anonymous(http: httpx2.AsyncClient, headers: dict[str, str]) -> None:
    """Although anonymous callers may read."""
    answer = await http.get("/api/v1/board", headers=headers)

    assert (answer.status_code, answer.json()["error"]["code"], answer.headers["www-authenticate"]) == (
        401,
        "AUTH_INVALID_TOKEN",
        'Bearer realm="dartd"',
    )


async def test_limit_is_published_and_enforced(station: Station, http: httpx2.AsyncClient) -> None:
    """By headers while there is some left, by 429 when there is none; another caller has a limit of its own."""
    user = await make_user(station, "viewer", rate_limit=2)
    headers = await log_in(station, user)
    answers = [await http.get("/api/v1/board", headers=headers) for _ in range(3)]
    other = await http.get("/api/v1/board")

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer.headers["x-ratelimit-remaining"] for answer in answers] == ["1", "0", "0"]
    assert answers[2].json()["error"]["details"] == {"limit": 2, "window": 60, "retry_after": int(answers[2].headers["retry-after"])}
    assert (other.status_code, other.headers["x-ratelimit-limit"]) == (200, "100")


async def test_refused_write_is_audited(station: Station, http: httpx2.AsyncClient) -> None:
    """The entry names the user, the route and the refused entity."""
    viewer, admin = await log_in_as(station, "viewer"), await log_in_as(station, "admin")
    refused = await http.delete(f"/api/v1/players/{await make_player(station, player_id='ann')}", headers=viewer)
    (entry,) = (await http.get("/api/v1/audit?outcome=refused", headers=admin)).json()["data"]

    assert (refused.status_code, entry["action"], entry["entity_id"]) == (403, "player.delete", "ann")
    assert entry["trace_id"] == refused.headers["x-request-id"]


async def test_change_of_an_older_version_is_refused(station: Station, http: httpx2.AsyncClient) -> None:
    """If-Match with the ETag that was read; `*` and none mean any."""
    admin, player_id = await log_in_as(station, "admin"), await make_player(station)
    path = f"/api/v1/players/{player_id}"
    tag = (await http.get(path, headers=admin)).headers["etag"]
    answers = [await http.put(path, json={"name": str(k)}, headers={**admin, "If-Match": tag}) for k in range(2)]
    anyway = [await http.put(path, json={"name": "x"}, headers={**admin, "If-Match": match}) for match in ("*", '"x"', "v2")]

    assert [answer.status_code for answer in (*answers, *anyway)] == [200, 412, 200, 412, 422]
    assert answers[1].json()["error"]["code"] == "PRECONDITION_FAILED"
    assert answers[0].headers["etag"] == '"v2"'


async def test_head_of_an_endless_answer_ends(http: httpx2.AsyncClient) -> None:
    """With the headers of the answer."""
    answer = await http.head("/api/v1/events/stream")

    assert (answer.status_code, answer.content, answer.headers["content-type"].partition(";")[0]) == (200, b"", "text/event-stream")


async def test_unknown_query_is_refused(http: httpx2.AsyncClient) -> None:
    """A filter that is written wrong is no filter: it is named."""
    answer = await http.get("/api/v1/throws?labels=T20")

    assert answer.status_code == 422
    assert "labels" in answer.json()["error"]["message"]


@pytest.mark.parametrize("path", ["board", "dashboard", "metrics/today", "auth/me", "alerts/1"])
async def test_a_resource_without_parameters_refuses_all(http: httpx2.AsyncClient, path: str) -> None:
    """It would answer as if they had counted: the figures of today to `date=2020-01-01`."""
    answer = await http.get(f"/api/v1/{path}?date=2020-01-01", headers={"Authorization": f"Bearer {TOKEN}"})

    assert (answer.status_code, answer.json()["error"]["details"]) == (422, {"field": "date"})


async def test_pages_have_parameters_of_their_own(http: httpx2.AsyncClient) -> None:
    """Their scripts read them."""
    answer = await http.get("/board?kiosk=1")

    assert answer.status_code == 200


async def test_a_picture_may_have_a_parameter_that_changes(http: httpx2.AsyncClient) -> None:
    """Browsers reload a picture only under another address."""
    answer = await http.get("/api/v1/throws/d1/images/cam0/before?t=1", headers={"Authorization": f"Bearer {TOKEN}"})

    assert answer.status_code == 404


@pytest.mark.parametrize("query", ["ring=S&ring=T", "state=null", "limit=null", "limit=5&limit=6"])
async def test_parameter_has_one_value(http: httpx2.AsyncClient, query: str) -> None:
    """Twice the same, or a null that is no text, is refused and named."""
    answer = await http.get(f"/api/v1/throws?{query}")

    assert (answer.status_code, answer.json()["error"]["details"]["field"]) == (422, query.partition("=")[0])


async def test_text_may_be_any_word(station: Station, http: httpx2.AsyncClient) -> None:
    """Also the word null."""
    admin = await log_in_as(station, "admin")
    await make_player(station, name="Null")
    await make_player(station, name="Ann")
    found = await http.get("/api/v1/players?search=null", headers=admin)

    assert [each["name"] for each in found.json()["data"]] == ["Null"]


@pytest.mark.parametrize("debug", [False, True])
async def test_an_unforeseen_error_is_answered_in_the_usual_shape(tmp_path: Path, caplog: pytest.LogCaptureFixture, debug: bool) -> None:  # noqa: FBT001
    """500 with the envelope as JSON, logged once with its traceback; operators see it with `server.debug`."""
    server = msgspec.structs.replace(CONFIG.server, debug=debug)
    async with running_station(tmp_path, config=msgspec.structs.replace(CONFIG, server=server)) as station:
        station.services.clients.by_id["broken"] = None  # type: ignore[assignment]  # the handler fails on it
        async with http_client(station.http) as http:
            answer = await http.get("/api/v1/clients", headers=bearer(TOKEN))
        station.services.clients.by_id.clear()
    error = answer.json()["error"]

    assert (answer.status_code, answer.headers["content-type"], error["code"]) == (500, "application/json", "INTERNAL_ERROR")
    assert answer.headers["x-request-id"] == error["trace_id"]
    assert ("traceback" in error["details"]) is debug
    assert len([record for record in caplog.records if record.exc_info]) == 1


async def test_a_version_that_the_client_has_is_not_sent_again(station: Station, http: httpx2.AsyncClient) -> None:
    """304 with the ETag, for every versioned resource; another version is sent."""
    headers, player_id = await log_in_as(station, "admin"), await make_player(station)
    paths = (f"/api/v1/players/{player_id}", "/api/v1/users/me")
    for path in paths:
        tag = (await http.get(path, headers=headers)).headers["etag"]
        same = await http.get(path, headers={**headers, "If-None-Match": f'"v9", W/{tag}'})
        other = await http.get(path, headers={**headers, "If-None-Match": '"v9"'})

        assert (same.status_code, same.content, same.headers["etag"], other.status_code) == (304, b"", tag, 200)
