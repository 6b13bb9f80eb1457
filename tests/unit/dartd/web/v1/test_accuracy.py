"""`/api/v1/accuracy`: the figures are exactly those of the errors that were injected."""

import asyncio
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import httpx2
import pytest

from dartd.store.feedback import append_feedback
from dartd.store.journal import Journal
from dartd.store.projections.throws import get_throw
from schemas.base import BoardId
from schemas.board import SECTORS
from schemas.commands import CorrectDart
from schemas.events import DartHit
from tests.support.board import Scene
from tests.support.http_client import http_client
from tests.support.people import log_in_as
from tests.support.station import Station, running_station
from tests.support.throws import hit

ACCURACY = "/api/v1/accuracy"
VISITS, SHARE = 500, 0.02
BEDS = ("BULL", "25", *(f"{ring}{sector}" for ring in "TDS" for sector in SECTORS))


def _injected(random: Random) -> tuple[Scene, dict[str, tuple[str, str]]]:
    """Play visits in which a share of the darts is published with a wrong bed and corrected by hand; return it and those darts."""
    wrong_slots = set(random.sample(range(3 * VISITS), round(3 * VISITS * SHARE)))
    scene, wrong = Scene(), dict[str, tuple[str, str]]()
    for visit in range(VISITS):
        for number in range(3):
            published, truth = random.sample(BEDS, 2)
            scene.throw(published)
            if 3 * visit + number in wrong_slots:
                dart_id = scene.standing[-1]
                wrong[dart_id] = (published, truth)
                scene.command(CorrectDart(operation="change", dart_id=dart_id, label=truth))
        scene.take_all()
    return scene, wrong


@pytest.fixture(scope="module")
def injected() -> tuple[Scene, dict[str, tuple[str, str]]]:
    """Return the visits."""
    return _injected(Random(7))


@pytest.mark.slow
async def test_500_visits_with_2_percent_wrong_beds(tmp_path: Path, injected: tuple[Scene, dict[str, tuple[str, str]]]) -> None:
    """Counts, confusion, failures and heat map are those of the injected beds, before and after all others are confirmed."""
    scene, wrong = injected
    thrown = Counter(event.score.label for event, _ in scene.events if isinstance(event, DartHit))
    journal = await asyncio.to_thread(Journal.open, tmp_path / "dartd.db", BoardId("main"))
    await journal.append([event for event, _ in scene.events], at_s=1_700_000_000.0)
    await asyncio.to_thread(journal.close)
    async with running_station(tmp_path) as station, http_client(station.http) as http:
        corrected = (await http.get(ACCURACY)).json()
        right = [event for event, _ in scene.events if isinstance(event, DartHit) and event.dart_id not in wrong]
        await _confirm(station, [event.dart_id for event in right])
        every = (await http.get(ACCURACY)).json()
        recent = (await http.get(f"{ACCURACY}?since=2024-01-01")).json()

    pairs = Counter(wrong.values())
    confused = {(cell["told"], cell["true"]): cell["count"] for cell in every["confusion"]}  # codespell:ignore told
    wrong_by_label = Counter(published for published, _ in wrong.values())
    assert (len(wrong), every["darts"], every["verified"], every["correct"], every["rate"]) == (30, 1500, 1500, 1470, 0.98)
    assert (corrected["darts"], corrected["verified"], corrected["correct"], corrected["undisputed"]) == (1500, 30, 0, 0.98)
    assert {pair: count for pair, count in confused.items() if pair[0] != pair[1]} == pairs
    assert {pair[0]: count for pair, count in confused.items() if pair[0] == pair[1]} == thrown - wrong_by_label
    assert {bed["label"]: (bed["count"], bed["rate"]) for bed in every["heat_map"]} == {
        label: (count, (count - wrong_by_label[label]) / count) for label, count in thrown.items()
    }
    assert sum(mode["count"] for mode in every["failure_modes"]) == len(wrong)
    assert all(set(mode["throw_ids"]) <= set(wrong) for mode in every["failure_modes"])
    assert recent["darts"] == 0


async def _confirm(station: Station, throw_ids: list[Any]) -> None:
    def confirm(connection: Any) -> None:
        for throw_id in throw_ids:
            append_feedback(connection, get_throw(connection, throw_id), verdict="correct", label=None, user_id="u", at_s=2.0)

    await station.services.database.change(confirm)


async def test_failures_show_their_images(station: Station, http: httpx2.AsyncClient) -> None:
    """Those of a throw with a verdict are kept, and are found when those that are deleted by age are gone."""
    headers = await log_in_as(station, "operator")
    await station.happen(hit("d1"))
    image = station.services.config.state_path / "images" / "d1" / "cam0-after.jpg"
    await asyncio.to_thread(image.parent.mkdir, parents=True)
    await asyncio.to_thread(image.write_bytes, b"a picture")
    await http.post("/api/v1/throws/d1/feedback", json={"verdict": "wrong", "label": "T5"}, headers=headers)
    await asyncio.to_thread(image.unlink)
    mode = (await http.get(ACCURACY)).json()["failure_modes"][0]
    shown = await http.get(mode["throws"][0]["image_paths"][0])
    refused = await http.get(f"{ACCURACY}?player_id=ann")

    assert (mode["mode"], mode["count"], mode["share"], mode["throw_ids"]) == ("adjacent_sector", 1, 1.0, ["d1"])
    assert (mode["throws"][0]["published"], mode["throws"][0]["true"], shown.content) == ("T20", "T5", b"a picture")
    assert refused.status_code == 401
