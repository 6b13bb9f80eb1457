"""Whether throws were detected rightly."""

import httpx2

from tests.support.people import log_in_as
from tests.support.station import Station
from tests.support.throws import hit


async def test_a_verdict_is_kept(station: Station, http: httpx2.AsyncClient) -> None:
    """With the bed that was published, and the true one as it is published; nothing of the throw changes."""
    await station.happen(hit("d1"))
    headers = await log_in_as(station, "operator")
    last_seq = station.services.board.snapshot().last_seq
    wrong = await http.post("/api/v1/throws/d1/feedback", json={"verdict": "wrong", "label": "double 20"}, headers=headers)
    right = await http.post("/api/v1/throws/d1/feedback", json={"verdict": "correct"}, headers=headers)

    assert (wrong.status_code, right.status_code) == (201, 201)
    assert (wrong.json()["label"], wrong.json()["verdict"], right.json()["label"]) == ("D20", "wrong", None)
    assert wrong.json()["published_label"] == (await http.get("/api/v1/throws/d1")).json()["label"]
    assert station.services.board.snapshot().last_seq == last_seq


async def test_what_is_not_there_has_no_verdict(station: Station, http: httpx2.AsyncClient, operator: dict[str, str]) -> None:
    """Neither a throw nor a bed."""
    await station.happen(hit("d1"))
    unknown = await http.post("/api/v1/throws/d9/feedback", json={"verdict": "wrong"}, headers=operator)
    no_bed = await http.post("/api/v1/throws/d1/feedback", json={"verdict": "wrong", "label": "T21"}, headers=operator)
    anonymous = await http.post("/api/v1/throws/d1/feedback", json={"verdict": "wrong"})

    assert (unknown.status_code, no_bed.status_code, anonymous.status_code) == (404, 422, 401)
    assert no_bed.json()["error"]["details"] == {"field": "$.label"}
