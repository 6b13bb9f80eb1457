"""Samples for alerts."""

from types import SimpleNamespace
from typing import Any

import httpx2

from dartd.decision import Sample
from dartd.figures import HostUsage
from dartd.outlets.alert_samples import Sampler, watched_zones
from schemas.base import CameraId
from schemas.pipe.to_worker import SourceSpec
from tests.support.people import log_in_as
from tests.support.station import Station

CAM0 = CameraId("cam0")
SQUARE = [[-20, 90], [20, 90], [20, 120], [-20, 120]]


async def _deliver(_sample: Sample) -> None:
    pass


async def test_a_sample_has_the_figures_of_now(station: Station) -> None:
    """Commits are in one sample only, in milliseconds; a camera without a source expects nothing."""
    stalls: list[str] = []
    services, health = station.services, SimpleNamespace(state="ready", fps=12.0, faults=("slow",))
    cameras: dict[CameraId, Any] = {CAM0: health, CameraId("cam1"): health}
    sampler = Sampler(
        cameras=lambda: cameras,
        sources=lambda: {CAM0: SourceSpec(camera_id=CAM0, url="sim:", fps=30.0)},
        host=lambda: HostUsage(cpu_percent=12.0, disk_free_bytes=5e8),
        stalled=lambda: bool(stalls),
        deliver=_deliver,
    )
    services.metrics.take_commits_s()
    services.metrics.count_commit(0.25)
    first, second = sampler.sample(services), sampler.sample(services)
    stalls.append("full")
    stalled = sampler.sample(services)

    assert [(each.fps, each.expected_fps, each.faults) for each in first.cameras] == [(12.0, 30.0, ("slow",)), (12.0, 0.0, ("slow",))]
    assert (first.cpu_percent, first.disk_free_mb, first.temperature_c, first.webhooks, first.backup_problem) == (
        12.0,
        500.0,
        None,
        (),
        None,
    )
    assert (first.commits_ms, second.commits_ms) == ((250.0,), ())
    assert stalled.commits_ms == (1000.0,)


async def test_zones_that_are_to_have_something_are_counted(station: Station, http: httpx2.AsyncClient) -> None:
    """And no others."""
    admin = await log_in_as(station, "admin")
    for zone_id, least in (("t20", 1), ("any", 0)):
        body = {"zone_id": zone_id, "name": zone_id, "polygon_coords": SQUARE, "min": least}
        await http.post("/api/v1/zones", json=body, headers=admin)

    assert [(each.zone_id, each.count, each.min) for each in await watched_zones(station.services)] == [("t20", 0, 1)]
