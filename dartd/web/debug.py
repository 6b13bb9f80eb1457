"""Routes that exist only with `server.debug`: the latest stored image of each camera, for operators."""

import asyncio

from starlette.responses import Response

from dartd.store.images import Images
from dartd.web.http.endpoint import Call, Endpoint
from dartd.web.http.paging import missing


async def get_latest(call: Call) -> Response:
    """Return the latest stored image of a camera."""
    folder, camera_id = call.services.config.images_path, call.path("camera_id")
    picture = None if folder is None else await asyncio.to_thread(Images(folder).latest, camera_id)
    if picture is None:
        raise missing("camera", camera_id)
    return Response(picture, headers={"Cache-Control": "no-store"}, media_type="image/jpeg")


ENDPOINTS = [
    Endpoint(
        method="GET",
        path="/debug/camera/{camera_id}/latest",
        handler=get_latest,
        permission="board:control",
        rate="default",
        summary="The latest stored image of a camera",
        tag="debug",
        answer=None,
        media="image/jpeg",
    )
]
