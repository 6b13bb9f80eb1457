"""`/api/v1/throws` and `/api/v1/visits`."""

from pathlib import Path

import httpx2
import msgspec

from dartd.config import ImagesConfig
from schemas.base import VisitId
from schemas.events import VisitCompleted, VisitThrow
from tests.support.http_client import http_client
from tests.support.station import CONFIG, Station, running_station
from tests.support.throws import hit


async def test_throws_are_listed_filtered_and_shown(station: Station, http: httpx2.AsyncClient) -> None:
    """The latest first, each as it stands."""
    await station.happen(hit("d1"), hit("d2", x_mm=0.0, y_mm=0.0), hit("d3"))
    listed = (await http.get("/api/v1/throws?limit=2")).json()
    rest = (await http.get(f"/api/v1/throws?limit=2&cursor={listed['pagination']['next_cursor']}")).json()
    bulls = (await http.get("/api/v1/throws?ring=bull")).json()["data"]
    one = (await http.get("/api/v1/throws/d2")).json()
    none = await http.get("/api/v1/throws/none")

    assert [each["throw_id"] for each in (*listed["data"], *rest["data"])] == ["d3", "d2", "d1"]
    assert (listed["pagination"]["total"], rest["pagination"]["next_cursor"], bulls) == (3, None, [one])
    assert (one["label"], one["points"], one["state"]) == ("BULL", 50, "hit")
    assert (none.status_code, none.json()["error"]["details"]) == (404, {"throw_id": "none", "path": "/api/v1/throws/none"})


async def test_pictures_of_a_throw_are_shown(tmp_path: Path) -> None:
    """Those that are there are named by the throw and answered; others, and names that are none, are not found."""
    config = msgspec.structs.replace(CONFIG, state_dir=str(tmp_path))
    folder = tmp_path / "images" / "d1"
    folder.mkdir(parents=True)
    (folder / "cam0-after.jpg").write_bytes(b"\xff\xd8 after")
    async with running_station(tmp_path, config=config) as station, http_client(station.http) as http:
        await station.happen(hit("d1"))
        paths = (await http.get("/api/v1/throws/d1")).json()["image_paths"]
        in_list = (await http.get("/api/v1/throws")).json()["data"][0]["image_paths"]
        picture = await http.get(paths[0])
        others = [
            await http.get(f"/api/v1/throws/{rest}")
            for rest in (
                "d1/images/cam0/before",
                "d1/images/cam9/after",
                "d2/images/cam0/after",
                "d1/images/cam0/..%2Fx",
                "../images/d1/after",
            )
        ]

    assert paths == in_list == ["/api/v1/throws/d1/images/cam0/after"]
    assert (picture.status_code, picture.headers["content-type"], picture.content) == (200, "image/jpeg", b"\xff\xd8 after")
    assert {answer.status_code for answer in others} == {404}


async def test_where_no_pictures_are_kept_none_are_shown(tmp_path: Path) -> None:
    """With `images.keep_days = 0` what may lie there from before is not served."""
    config = msgspec.structs.replace(CONFIG, state_dir=str(tmp_path), images=ImagesConfig(keep_days=0))
    (tmp_path / "images" / "d1").mkdir(parents=True)
    (tmp_path / "images" / "d1" / "cam0-after.jpg").write_bytes(b"x")
    async with running_station(tmp_path, config=config) as station, http_client(station.http) as http:
        await station.happen(hit("d1"))
        paths = (await http.get("/api/v1/throws/d1")).json()["image_paths"]
        answer = await http.get("/api/v1/throws/d1/images/cam0/after")

    assert (paths, answer.status_code) == ([], 404)


async def test_visits_are_listed_and_shown(station: Station, http: httpx2.AsyncClient) -> None:
    """With the slots as they were published."""
    throw = VisitThrow(dart_number=1, dart_id=None, label="MISS", points=0)
    for k, total in enumerate((26, 180)):
        await station.happen(VisitCompleted(visit_id=VisitId(f"v{k}"), throws=(throw,), total=total, reason="takeout"))
    best = (await http.get("/api/v1/visits?sort=-total&limit=1")).json()["data"][0]
    one = (await http.get("/api/v1/visits/v1")).json()

    assert (best, best["total"], best["throws"][0]["label"]) == (one, 180, "MISS")
    assert (await http.get("/api/v1/visits/none")).status_code == 404


async def test_what_was_in_a_stretch_of_time_is_found(station: Station, http: httpx2.AsyncClient) -> None:
    """From `after` until just before `before`; a day that no calendar has is refused."""
    await station.happen(hit("d1"))
    at = (await http.get("/api/v1/throws/d1")).json()["timestamp"]
    queries = (f"after={at}", f"before={at}", "after=2000-01-01T00:00Z&before=2199-12-31T23:59:59.5%2B02:00", "after=2026-02-30T00:00Z")
    answers = [await http.get(f"/api/v1/{what}?{query}") for query in queries for what in ("throws", "visits")]

    assert [len(answer.json().get("data", ())) for answer in answers[::2]] == [1, 0, 1, 0]
    assert [answer.status_code for answer in answers] == [200] * 6 + [422] * 2


async def test_visits_are_found_by_their_fields(station: Station, http: httpx2.AsyncClient) -> None:
    """By id, total, reason and whether they were revised; a ring or an event that does not exist is refused."""
    throw = VisitThrow(dart_number=1, dart_id=None, label="MISS", points=0)
    await station.happen(VisitCompleted(visit_id=VisitId("v0"), throws=(throw,), total=26, reason="takeout"))
    await station.happen(VisitCompleted(visit_id=VisitId("v1"), throws=(throw,), total=180, reason="three_darts"))
    queries = ("total=180", "reason=takeout", "revised=false", "visit_id=v1")
    found = [[each["visit_id"] for each in (await http.get(f"/api/v1/visits?{query}")).json()["data"]] for query in queries]
    unknown = [await http.get(f"/api/v1/{path}") for path in ("throws?ring=nonsense", "visits?reason=x", "events?event_type=nonsense")]

    assert found == [["v1"], ["v0"], ["v1", "v0"], ["v1"]]
    assert [answer.status_code for answer in unknown] == [422] * 3
    assert "dart_hit" in unknown[2].json()["error"]["details"]["allowed"]
