"""`/api/v1/cameras/{camera_id}/calibration`: where a camera stands, as JSON and drawn over its picture."""

import asyncio
from pathlib import Path

import msgspec
import sqlalchemy as sa
from starlette.responses import Response

from dartd.store.tables import calibrations
from dartd.web.endpoint import Call, Endpoint
from dartd.web.v1.pages import missing
from schemas.base import CameraId
from schemas.geometry import Calibration
from schemas.worker import overlay_file


async def get_calibration(call: Call) -> Calibration:
    """Answer the last calibration of a camera; `dartd calibrate --check` takes it."""
    camera_id = call.path("camera_id")
    body = await call.read(lambda c: c.execute(sa.select(calibrations.c.body).where(calibrations.c.camera_id == camera_id)).scalar())
    if body is None:
        raise missing("calibration", camera_id)
    return msgspec.json.decode(body, type=Calibration)


async def get_calibration_overlay(call: Call) -> Response:
    """Answer the picture in which a camera was calibrated, with rings, radials and what is left over drawn over it."""
    camera_id = call.path("camera_id")
    path = call.services.config.state_path / overlay_file(CameraId(camera_id))
    body = await asyncio.to_thread(_read, path)
    if body is None:
        raise missing("overlay", camera_id)
    return Response(body, headers={"Cache-Control": "private, no-cache"}, media_type="image/jpeg")


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None  # not calibrated yet, or the disk takes nothing


ENDPOINTS = [
    Endpoint(
        method="GET",
        path="/api/v1/cameras/{camera_id}/calibration",
        handler=get_calibration,
        permission="cameras:read",
        rate="default",
        summary="Where a camera stands: lens, pose and residuals",
        tag="cameras",
        answer=Calibration,
    ),
    Endpoint(
        method="GET",
        path="/api/v1/cameras/{camera_id}/calibration/overlay",
        handler=get_calibration_overlay,
        permission="cameras:read",
        rate="default",
        summary="The calibration drawn over the picture of the board",
        tag="cameras",
        answer=None,
        media="image/jpeg",
    ),
]
