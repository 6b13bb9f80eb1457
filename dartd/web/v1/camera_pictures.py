"""Pictures of a camera (`/api/v1/cameras/{camera_id}/snapshot`, `/stream`), and its calibration from a picture."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence

from starlette.responses import Response, StreamingResponse

from dartd.runtime.workers.previews import Overlay
from dartd.web.camera_processes import PictureRefusedError
from dartd.web.http.caller import credentials_of
from dartd.web.http.endpoint import Answer, Call, Endpoint
from dartd.web.http.paging import missing
from dartd.web.http.problems import Problem
from dartd.web.v1.board import ask_board
from schemas.api.cameras import CalibrationPoints, PictureQuery
from schemas.api.play import CommandResult, NoParameters
from schemas.commands import CalibrateBoard, TakeCalibration
from schemas.pipe.to_worker import SourceSpec

_BOUNDARY = "picture"
_READ = "cameras:read"
_BOARD_SAYS = "the result is published as calibration_changed"
_SQUARE = ((300.0, 60.0), (620.0, 300.0), (390.0, 560.0), (120.0, 280.0))


def _overlay(call: Call) -> Overlay:
    asked = set(call.query.overlay.split(","))
    return tuple(part for part in ("wires", "darts", "motion") if part in asked)


def _watched(call: Call) -> SourceSpec:
    """Return the source of the camera that the path names.

    Raises:
        Problem: 404, or 503 if it is offline.
    """
    source = call.services.rig.source(call.path("camera_id"))
    if source is None:
        raise missing("camera", call.path("camera_id"))
    board = next((each for each in call.services.board.snapshot().cameras if each.camera_id == source.camera_id), None)
    if board is not None and board.state == "offline":
        message = f"{source.camera_id} delivers no pictures: {board.reason}"
        raise Problem(503, "CAMERA_OFFLINE", message, details={"camera_id": source.camera_id}, headers={"Retry-After": "5"})
    return source


async def get_snapshot(call: Call) -> Response:
    """Return a picture of the camera."""
    jpeg = await call.services.previews.snapshot(_watched(call).camera_id, _overlay(call))
    return Response(jpeg, headers={"Cache-Control": "no-store"}, media_type="image/jpeg")


async def get_pictures(call: Call) -> Response:
    """Return the pictures of the camera, one after the other, until it delivers none, the viewer leaves or may no longer see them."""
    pictures = call.services.previews.watch(_watched(call).camera_id, _overlay(call))
    first = await anext(pictures)  # refused before the response begins
    token, _ = credentials_of(call.request)

    async def may_see() -> bool:
        principal = await call.services.accounts.principal_of(token)
        return principal is not None and principal.may(_READ)

    return StreamingResponse(
        _parts(first, pictures, may_see),
        headers={"Cache-Control": "no-store"},
        media_type=f"multipart/x-mixed-replace; boundary={_BOUNDARY}",
    )


async def _parts(first: bytes, pictures: AsyncGenerator[bytes], may_see: Callable[[], Awaitable[bool]]) -> AsyncIterator[bytes]:
    try:
        yield _part(first)
        async for jpeg in pictures:
            if not await may_see():
                break
            yield _part(jpeg)
        yield f"--{_BOUNDARY}--\r\n".encode()
    finally:
        await pictures.aclose()


def _part(jpeg: bytes) -> bytes:
    return f"--{_BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n".encode() + jpeg + b"\r\n"


async def post_calibrate(call: Call) -> Answer:
    """Calibrate one camera anew from the empty board."""
    source = _watched(call)
    return await ask_board(call, "calibrate", CalibrateBoard(camera_id=source.camera_id), source.camera_id)


async def post_points(call: Call) -> Answer:
    """Calibrate one camera from four points of its picture."""
    source, asked = _watched(call), call.body
    if not _is_around_clockwise(asked.points) or not all(0 <= x < source.width and 0 <= y < source.height for x, y in asked.points):
        message = f"points: expected four pixels of the picture of {source.width}x{source.height}, clockwise around the board"
        raise Problem(422, "VALIDATION_ERROR", message, details={"field": "$.points"})
    jpeg = await call.services.previews.snapshot(source.camera_id)
    try:
        found = await call.services.camera_processes.calibrate(jpeg, asked.points, source, call.services.config.board.spec)
    except PictureRefusedError as refused:
        raise Problem(422, "VALIDATION_ERROR", f"points: {refused}", details={"field": "$.points"}) from None
    command = TakeCalibration(calibration=found, user_id=call.principal.name)
    return await ask_board(call, "take_calibration", command, source.camera_id)


def _is_around_clockwise(points: Sequence[tuple[float, float]]) -> bool:
    """Return whether four points are the corners of a convex shape, clockwise in a picture (y downwards)."""
    turned = [*points[1:], points[0], points[1]]
    return all(
        (bx - ax) * (cy - by) - (by - ay) * (cx - bx) > 0 for (ax, ay), (bx, by), (cx, cy) in zip(points, turned, turned[1:], strict=False)
    )


ENDPOINTS = [
    Endpoint(
        method="GET",
        path="/api/v1/cameras/{camera_id}/snapshot",
        handler=get_snapshot,
        permission=_READ,
        rate="default",
        summary="A picture of the camera, as JPEG",
        tag="cameras",
        query=PictureQuery,
        answer=None,
        media="image/jpeg",
    ),
    Endpoint(
        method="GET",
        path="/api/v1/cameras/{camera_id}/stream",
        handler=get_pictures,
        permission=_READ,
        rate="default",
        summary="The pictures of the camera as MJPEG, at most 10 a second, for at most 4 viewers",
        tag="cameras",
        query=PictureQuery,
        answer=None,
        media="multipart/x-mixed-replace",
        streaming=True,
    ),
    Endpoint(
        method="POST",
        path="/api/v1/cameras/{camera_id}/calibrate",
        handler=post_calibrate,
        permission="cameras:config",
        rate="default",
        summary="Calibrate one camera anew from the empty board",
        tag="cameras",
        body=NoParameters,
        body_required=False,
        answer=CommandResult,
        status=202,
        entity="camera",
        no_event_reason=_BOARD_SAYS,
    ),
    Endpoint(
        method="POST",
        path="/api/v1/cameras/{camera_id}/calibration/points",
        handler=post_points,
        permission="cameras:config",
        rate="default",
        summary="Calibrate one camera from four points, clockwise: where 5|20, 6|13, 3|17 and 8|11 meet the outer edge of the doubles",
        tag="cameras",
        body=CalibrationPoints,
        example=CalibrationPoints(points=_SQUARE),
        answer=CommandResult,
        status=202,
        entity="camera",
        no_event_reason=_BOARD_SAYS,
    ),
]
