"""`/api/v1/cameras/{camera_id}/calibration`: the calibration of a camera, as JSON and as an overlay on its image."""

import asyncio
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import msgspec
import sqlalchemy as sa
from msgspec import Meta
from starlette.responses import Response

from dartd.store.tables import calibrations
from dartd.web.http.endpoint import Answer, Call, Endpoint
from dartd.web.http.paging import missing
from dartd.web.http.problems import Problem
from dartd.web.v1.board import ask_board
from schemas.api.play import CommandResult
from schemas.base import CameraId, Value
from schemas.commands import OrientCamera, TakeCalibration
from schemas.geometry import Calibration
from schemas.pipe.to_worker import SourceSpec, overlay_file

_REACH_MM = (50.0, 20_000.0)  # from the bull to a camera
_LENS = 5.0  # with larger coefficients the distortion is not invertible
_SQUARE = 1e-3  # tolerance of orthonormality


_Pixel = Annotated[float, Meta(ge=0, le=8192, description="pixels of the camera's picture")]


class OrientQuery(Value, frozen=True, kw_only=True):
    """The rotation of the board for a camera that cannot read its numbers: the nearest sector, or the pixel of the 20. There is no body."""

    near_sector: Annotated[int, Meta(ge=1, le=20)] | None = None
    twenty_x: _Pixel | None = None
    twenty_y: _Pixel | None = None


async def get_calibration(call: Call) -> Calibration:
    """Return the latest calibration of a camera, as read by `dartd calibrate --check`."""
    camera_id = call.path("camera_id")
    body = await call.read(lambda c: c.execute(sa.select(calibrations.c.body).where(calibrations.c.camera_id == camera_id)).scalar())
    if body is None:
        raise missing("calibration", camera_id)
    return msgspec.json.decode(body, type=Calibration)


async def put_calibration(call: Call) -> Answer:
    """Apply a calibration, or to a camera that lacks only its rotation this; the result is published as `calibration_changed`."""
    camera_id, given = call.path("camera_id"), call.body
    source = call.services.rig.source(camera_id)
    if source is None:
        raise missing("camera", camera_id)
    named = _orientation(CameraId(camera_id), call.query)
    if named is not None:
        return await ask_board(call, "orient_camera", named, camera_id)
    if given is None:
        raise Problem(422, "VALIDATION_ERROR", "expected a calibration, near_sector, or twenty_x and twenty_y", details={"field": "$"})
    given = msgspec.structs.replace(given, calibrated_at=None)
    for field, reason in _problems(given, source):
        raise Problem(422, "VALIDATION_ERROR", reason, details={"field": field})
    command = TakeCalibration(calibration=given, user_id=call.principal.name)
    return await ask_board(call, "take_calibration", command, camera_id)


def _orientation(camera_id: CameraId, asked: OrientQuery) -> OrientCamera | None:
    if asked.near_sector is not None:
        return OrientCamera(camera_id=camera_id, near_sector=asked.near_sector)
    if asked.twenty_x is not None and asked.twenty_y is not None:
        return OrientCamera(camera_id=camera_id, twenty_px=(asked.twenty_x, asked.twenty_y))
    return None


def _problems(given: Calibration, source: SourceSpec) -> Iterator[tuple[str, str]]:
    """Yield path and reason of each value that is impossible for this camera."""
    if given.camera_id != source.camera_id:
        yield "$.camera_id", f"this is the calibration of {given.camera_id[:64]!r}, not of {source.camera_id!r}"
    for field in ("width", "height"):
        if getattr(given, field) != getattr(source, field):
            yield f"$.{field}", f"the camera's images are {source.width}x{source.height}, not {given.width}x{given.height}"
    focal, lens = (given.width / 10, given.width * 20), (-_LENS, _LENS)
    middle: Mapping[str, tuple[float, float]] = {"center_x_px": (0, given.width), "center_y_px": (0, given.height)}
    for field, (least, most) in {
        **middle,
        "focal_x_px": focal,
        "focal_y_px": focal,
        **dict.fromkeys(("k1", "k2", "p1", "p2"), lens),
    }.items():
        if not least <= getattr(given, field) <= most:
            yield f"$.{field}", f"expected {least:g} to {most:g}"
    yield from _pose_problems(given)


def _pose_problems(given: Calibration) -> Iterator[tuple[str, str]]:
    rows = [given.rotation[k : k + 3] for k in (0, 3, 6)]
    products = [(_dot(rows[i], rows[j]), float(i == j)) for i in range(3) for j in range(3)]
    if any(abs(product - wanted) > _SQUARE for product, wanted in products) or _handedness(rows) < 0:
        yield "$.rotation", "expected a rotation: three rows of length 1, at right angles to each other, right-handed"
    if not _REACH_MM[0] <= math.hypot(*given.translation_mm) <= _REACH_MM[1]:
        yield "$.translation_mm", f"expected a camera {_REACH_MM[0]:g} to {_REACH_MM[1]:g} mm from the bull"
    elif given.translation_mm[2] <= 0 or _dot([row[2] for row in rows], given.translation_mm) >= 0:
        yield "$.translation_mm", "the camera does not face the front of the board"


def _dot(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def _handedness(rows: list[tuple[float, ...]]) -> float:
    (a, b, c), (d, e, f), (g, h, i) = rows
    return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)


async def get_calibration_overlay(call: Call) -> Response:
    """Return the image of the calibration with rings, radial wires and residuals drawn over it."""
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
        return None  # not calibrated yet, or not readable


# A camera 38 cm from the bull, to its right and above the 20.
_EXAMPLE = Calibration(
    camera_id=CameraId("cam0"),
    width=800,
    height=600,
    focal_x_px=600.0,
    focal_y_px=600.0,
    center_x_px=399.5,
    center_y_px=299.5,
    rotation=(-0.389418, 0.921061, 0.0, 0.626737, 0.26498, -0.732793, -0.674948, -0.285363, -0.680451),
    translation_mm=(0.0, 0.0, 382.099463),
    residual_px=0.2,
    residual_mm=0.2,
)

ENDPOINTS = [
    Endpoint(
        method="GET",
        path="/api/v1/cameras/{camera_id}/calibration",
        handler=get_calibration,
        permission="cameras:read",
        rate="default",
        summary="The calibration of a camera: lens, pose and residuals",
        tag="cameras",
        answer=Calibration,
    ),
    Endpoint(
        method="PUT",
        path="/api/v1/cameras/{camera_id}/calibration",
        handler=put_calibration,
        permission="cameras:config",
        rate="default",
        summary="Apply a calibration as GET returned it; one that does not fit the camera's image is replaced by a new one",
        tag="cameras",
        query=OrientQuery,
        body=Calibration | None,
        body_required=False,
        example=_EXAMPLE,
        body_links={"get_api_v1_cameras_camera_id_calibration": "$response.body"},
        answer=CommandResult,
        status=202,
        statuses=(409,),
        entity="camera",
        no_event_reason="the result is published as calibration_changed",
    ),
    Endpoint(
        method="GET",
        path="/api/v1/cameras/{camera_id}/calibration/overlay",
        handler=get_calibration_overlay,
        permission="cameras:read",
        rate="default",
        summary="The calibration drawn over the image of the board",
        tag="cameras",
        answer=None,
        media="image/jpeg",
    ),
]
