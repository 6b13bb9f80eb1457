"""Questions over HTTP."""

import json
from pathlib import Path

import httpx2
import msgspec
import pytest

from dartd.config import LimitsConfig
from dartd.config.club import QueryConfig
from dartd.web.v1 import query
from tests.support.http_client import http_client
from tests.support.people import bearer, log_in_as, make_player
from tests.support.receiver import running_receiver
from tests.support.station import CONFIG, TOKEN, Station, running_station
from tests.unit.dartd.web.test_query_model import said
from tests.unit.dartd.web.v1.test_statistics import begin, throw

OPERATOR = bearer(TOKEN)


async def ask(
    http: httpx2.AsyncClient, question: str, headers: dict[str, str] | None = None, status: int = 200, **more: object
) -> httpx2.Response:
    """Ask a question."""
    answer = await http.post("/api/v1/query", json={"query": question, **more}, headers=OPERATOR if headers is None else headers)
    assert answer.status_code == status, answer.text
    return answer


async def test_answers_sources_and_streams(station: Station, http: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the rows of each number; in pieces; players know themselves and shared ones alone; what breaks is INFERENCE_ERROR."""
    await throw(http, await begin(station, http), "T20 S1 S20", "T20 S5 S1", "D10")
    bob = await log_in_as(station, "player", player_id="bob")
    found = (await ask(http, "What is Ann's average?")).json()
    german = (await ask(http, "Mein Average?", bob)).json()
    other = (await ask(http, "What is Ann's average?", bob)).json()
    unknown = (await ask(http, "Is there life on Mars", language="de")).json()
    streamed = await ask(http, "What is Ann's average?", stream=True)
    stream = await http.post("/api/v1/query/stream", json={"query": "What is Ann's average?"}, headers=OPERATOR)
    events = [json.loads(line.removeprefix("data: ")) for line in stream.text.split("\n\n") if line]
    await ask(http, "average", {}, 401)
    await ask(http, " ", status=422)
    monkeypatch.setattr(query, "answer", lambda *_: 1 / 0)
    broken = (await ask(http, "average", status=503)).json()

    assert (found["language"], found["answer"]) == ("en", "Ann, all time: average 75.75 (4 darts, 1 legs).")
    assert found["sources"][0]["query"] == "GET /api/v1/players/ann/statistics"
    assert (found["sources"][0]["rows"][0]["average"], found["sources"][0]["type"]) == ("75.75", "statistics")
    assert ("average" in found["reasoning"], found["query_time_ms"] >= 0, found["query"]) == (True, True, "What is Ann's average?")
    assert (german["language"], german["answer"]) == ("de", "Bob, insgesamt: Average 66,00 (3 Darts, 1 Legs).")
    assert (other["answer"], other["sources"]) == ("I know no player “Ann”.", [])
    assert (unknown["language"], unknown["sources"]) == ("de", [])
    assert "Checkoutquote" in unknown["answer"]
    assert stream.headers["content-type"].startswith("text/event-stream")
    assert "".join(event["content"] for event in events[:-1]) == events[-1]["answer"] == found["answer"]
    assert (events[-1]["type"], events[-1]["sources"], events[0]["type"]) == ("final", found["sources"], "chunk")
    assert streamed.text.startswith('data: {"type":"chunk"')
    assert broken["error"]["code"] == "INFERENCE_ERROR"


async def test_a_model_that_lies_is_not_believed(tmp_path: Path) -> None:
    """Its words are taken with our numbers only; without it there is the plain answer. The limit is that of questions."""
    async with running_receiver() as receiver:
        url = f"http://127.0.0.1:{receiver.port}/v1"
        config = msgspec.structs.replace(CONFIG, query=QueryConfig(model_url=url), limits=LimitsConfig(query=3, admin_factor=1))
        async with running_station(tmp_path, config=config) as station, http_client(station.http) as http:
            await throw(http, await begin(station, http), "T20 S1 S20", "T20 S5 S1", "D10")
            await make_player(station, player_id="eve")
            receiver.answers += [said("Ann is at a strong 75.75!"), said("Ann averages 99.12 of course."), None]
            answers = [(await ask(http, "What is Ann's average?")).json()["answer"] for _ in range(3)]
            limited = (await ask(http, "What is Ann's average?", status=429)).json()

    plain = "Ann, all time: average 75.75 (4 darts, 1 legs)."
    assert answers == ["Ann is at a strong 75.75!", plain, plain]
    assert limited["error"]["details"]["limit"] == 3
