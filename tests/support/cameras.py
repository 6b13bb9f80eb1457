"""Cameras that were added over the API, on a station without camera processes."""

import secrets
from typing import Any

from dartd.store.cameras import CAMERAS
from dartd.web.v1.cameras import source_of
from schemas.examination import Probed
from schemas.pipe.to_worker import SourceSpec
from tests.support.station import Station


def answer_probes(station: Station) -> list[tuple[str, tuple[int, int] | None]]:
    """Answer every probe of a camera at once, and return those that were made; an address with `gone` in it does not answer."""
    made: list[tuple[str, tuple[int, int] | None]] = []

    async def probe(source: SourceSpec, size: tuple[int, int] | None) -> Probed:
        made.append((source.url, size))
        return Probed(refusal="it is not there") if "gone" in source.url else Probed(width=1280, height=720, fps=25.0)

    station.services.camera_processes.probe = probe  # type: ignore[method-assign]
    return made


async def make_camera(station: Station) -> str:
    """Add a camera, and return its id."""
    camera_id = f"cam_{secrets.token_hex(4)}"
    values: dict[str, Any] = {
        "camera_id": camera_id,
        "name": "Left",
        "url": f"rtsp://cam/{camera_id}",
        "kind": "stream",
        "resolution": "800x600",
        "fps": 30.0,
        "settings": "{}",
    }
    row = await station.services.database.write(lambda connection: CAMERAS.insert(connection, values, at_s=1.0))
    station.services.rig.include(source_of(row, ""))
    return camera_id
