"""`/api/v1/cache`, and that answers are the same with and without it."""

from random import Random
from typing import Any

import httpx2
import msgspec
import pytest

from dartd.web.v1.cache import warm
from schemas.match import MatchPlayer
from schemas.match_commands import EnteredSide, ThrowByHand
from tests.support.people import log_in_as, make_player
from tests.support.play import create
from tests.support.station import Station

CACHE = "/api/v1/cache"
GIVEN = {"name": "Chat", "url": "https://hooks.example.com/darts", "is_active": False}  # nothing is delivered between two reads


async def _match(station: Station, match_id: str, player_id: str) -> None:
    sides = tuple(EnteredSide(players=(each,)) for each in (MatchPlayer(player_id=player_id), MatchPlayer(name="B")))
    await station.pipeline.submit(msgspec.structs.replace(create(match_id, players=(), board=False, legs=9, start=101), sides=sides))


async def test_figures_follow_the_requests(station: Station, http: httpx2.AsyncClient) -> None:
    """In the statistics, deep health and Prometheus alike; warming stores, removing by key and pattern removes."""
    operator = await log_in_as(station, "operator")
    player_id = await make_player(station)
    await _match(station, "m1", player_id)
    await station.pipeline.submit(ThrowByHand(match_id="m1", darts=("T20", "1", "D20")))
    warmed = (await http.post(f"{CACHE}/warm", headers=operator)).json()
    for path in ("/api/v1/webhooks", "/api/v1/webhooks?limit=5", f"/api/v1/players/{player_id}/statistics"):
        await http.get(path, headers=operator)
    stats = (await http.get(f"{CACHE}/stats", headers=operator)).json()
    deep = (await http.get("/health/deep")).json()["cache"]
    metrics = (await http.get("/metrics", headers=operator)).text
    removed = [
        (await http.post(f"{CACHE}/invalidate", json=body, headers=operator)).json()
        for body in ({"keys": ["webhooks_list"]}, {"pattern": "stat*"}, {"keys": ["alerts_summary"]})
    ]
    refused = await http.post(f"{CACHE}/invalidate", json={}, headers=operator)

    assert (warmed["status"], warmed["warmed_entries"]) == ("warmed", 4)
    assert {name: stats[name] for name in ("total_requests", "cache_hits", "cache_misses", "evicted_entries", "total_entries")} == {
        "total_requests": 7,
        "cache_hits": 2,
        "cache_misses": 5,
        "evicted_entries": 0,
        "total_entries": 5,
    }
    assert (stats["hit_rate"], deep["hit_rate"], deep["entries"]) == (0.2857, 0.2857, 5)
    assert 0 < stats["current_size_bytes"] == deep["size_bytes"] < stats["max_size_bytes"] == 16_000_000
    assert 'dartd_cache_requests_total{outcome="hit"} 2.0' in metrics
    assert [each["invalidated"] for each in removed] == [2, 1, 1]
    assert (removed[-1]["total_entries"], refused.status_code) == (1, 422)


@pytest.mark.parametrize("seed", range(3))
async def test_answers_are_the_same_with_and_without_the_cache(station: Station, http: httpx2.AsyncClient, seed: int) -> None:
    """Whatever is written between two reads, in whatever order: an answer after a write has it."""
    random, operator = Random(seed), await log_in_as(station, "operator")
    player_id = await make_player(station)
    await _match(station, "m1", player_id)
    made: list[str] = []

    async def write() -> None:
        action = random.choice(("add", "change", "delete", "throw", "nothing"))
        if action == "add":
            made.append((await http.post("/api/v1/webhooks", json=GIVEN, headers=operator)).json()["webhook_id"])
        elif action == "throw":
            await station.pipeline.submit(ThrowByHand(match_id="m1", darts=(random.choice(("T20", "S5", "S1")), "MISS", "S1")))
        elif made and action == "change":
            await http.put(f"/api/v1/webhooks/{random.choice(made)}", json={"name": str(random.random())}, headers=operator)
        elif made and action == "delete":
            await http.delete(f"/api/v1/webhooks/{made.pop()}", headers=operator)

    for _ in range(8):
        await write()
        paths = ("/api/v1/webhooks", "/api/v1/webhooks?sort=-name&limit=2", f"/api/v1/players/{player_id}/statistics")
        with_cache: list[Any] = [(await http.get(path, headers=operator)).json() for path in paths]
        again = [(await http.get(path, headers=operator)).json() for path in paths]
        station.services.results.invalidate(patterns=["*"])
        without = [(await http.get(path, headers=operator)).json() for path in paths]
        await warm(station.services)
        for each in zip(with_cache, again, without, strict=True):
            assert each == (each[0],) * 3
        assert all("error" not in each for each in without)
