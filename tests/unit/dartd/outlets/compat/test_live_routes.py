"""Corrections of opendarts."""

import json
from pathlib import Path

import msgspec
import pytest

from dartd.config import CompatConfig
from dartd.outlets.compat.live_routes import label_of
from tests.support.http_client import http_client
from tests.support.station import CONFIG, running_station


@pytest.mark.parametrize(
    ("ring", "sector", "label"),
    [
        ("treble", "20", "T20"),
        ("single_inner", 5, "S5"),
        ("bull", None, "BULL"),
        ("outer_bull", None, "25"),
        ("outside", None, "MISS"),
        ("treble", None, None),
        ("bull", "20", None),
        ("double", "21", None),
        ("triple", "20", None),
    ],
)
def test_a_bed_is_named_by_ring_and_sector(ring: str, sector: str | int | None, label: str | None) -> None:
    """A combination that there is not is none."""
    assert label_of(json.dumps({"ring": ring, **({} if sector is None else {"sector": sector})}).encode()) == label


@pytest.mark.slow
async def test_a_throw_that_is_not_known_cannot_be_corrected(tmp_path: Path) -> None:
    """404, as the original."""
    config = msgspec.structs.replace(CONFIG, compat=CompatConfig(opendarts="same_port"))
    async with running_station(tmp_path, config=config) as station, http_client(station.http) as http:
        answer = await http.post("/api/visits/v/throws/0/correct", json={"ring": "bull"})
        odd = await http.get("/api/live/recent?limit=x")

    assert (answer.status_code, odd.json()["limit"]) == (404, 12)
