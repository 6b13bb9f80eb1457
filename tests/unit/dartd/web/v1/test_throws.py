"""`/api/v1/throws` and `/api/v1/visits`."""

import httpx2

from schemas.base import VisitId
from schemas.events import VisitCompleted, VisitThrow
from tests.support.station import Station
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


async def test_visits_are_listed_and_shown(station: Station, http: httpx2.AsyncClient) -> None:
    """With the slots as they were told."""
    throw = VisitThrow(dart_number=1, dart_id=None, label="MISS", points=0)
    for k, total in enumerate((26, 180)):
        await station.happen(VisitCompleted(visit_id=VisitId(f"v{k}"), throws=(throw,), total=total, reason="takeout"))
    best = (await http.get("/api/v1/visits?sort=-total&limit=1")).json()["data"][0]
    one = (await http.get("/api/v1/visits/v1")).json()

    assert (best, best["total"], best["throws"][0]["label"]) == (one, 180, "MISS")
    assert (await http.get("/api/v1/visits/none")).status_code == 404
