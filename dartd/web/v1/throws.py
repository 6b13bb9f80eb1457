"""`/api/v1/throws` and `/api/v1/visits`: throws and visits with their corrections."""

import asyncio
from typing import Any

import msgspec
from starlette.responses import Response

from dartd.store.images import ThrowImages
from dartd.store.projections.throws import get_throw, get_visit, list_throws, list_visits
from dartd.store.timestamps import timestamp_of
from dartd.web.http.endpoint import Call, Endpoint
from dartd.web.http.paging import listed, missing, page_request, span_of
from dartd.web.http.player_rights import check_player_filter
from dartd.web.http.resource import Resource
from schemas.api.answers import Listed
from schemas.api.play import StoredVisit, Throw, ThrowsQuery, VisitsQuery
from schemas.events import VisitThrow

_THROW_FIELDS = tuple(field for field in Throw.__struct_fields__ if field not in {"timestamp", "image_paths"})


def throw_of(row: Any) -> Throw:
    """Return a throw from its row."""
    return Throw(timestamp=timestamp_of(row.at_s), **{field: getattr(row, field) for field in _THROW_FIELDS})


def visit_of(row: Any) -> StoredVisit:
    """Return a visit from its row."""
    return StoredVisit(
        visit_id=row.visit_id,
        seq=row.seq,
        timestamp=timestamp_of(row.at_s),
        player_id=row.player_id,
        total=row.total,
        reason=row.reason,
        revised=row.revised,
        throws=msgspec.json.decode(row.throws, type=tuple[VisitThrow, ...]),
    )


async def get_throws(call: Call) -> Listed[Throw]:
    """Return a page of throws."""
    asked: ThrowsQuery = call.query
    await check_player_filter(call, asked.player_id)
    span, where = span_of(asked), {name: getattr(asked, name) for name in ("visit_id", "player_id", "label", "ring", "state")}
    page = await call.read(lambda c: list_throws(c, page_request(asked), where, span))
    images = _images(call)
    paths = await asyncio.to_thread(lambda: {row.throw_id: images.of(row.throw_id) for row in page.rows})
    return listed(page, asked, lambda row: msgspec.structs.replace(throw_of(row), image_paths=paths[row.throw_id]))


async def get_one_throw(call: Call) -> Throw:
    """Return one throw."""
    throw_id = call.path("throw_id")
    row = await call.read(lambda c: get_throw(c, throw_id))
    if row is None:
        raise missing("throw", throw_id)
    paths = await asyncio.to_thread(_images(call).of, throw_id)
    return msgspec.structs.replace(throw_of(row), image_paths=paths)


async def get_image(call: Call) -> Response:
    """Return an image of a throw."""
    images, asked = _images(call), (call.path("throw_id"), call.path("camera_id"), call.path("kind"))
    image = await asyncio.to_thread(images.read, *asked)
    if image is None:
        raise missing("image", "/".join(asked))
    return Response(image, headers={"Cache-Control": "private, max-age=86400"}, media_type="image/jpeg")


def _images(call: Call) -> ThrowImages:
    return ThrowImages(call.services.config.state_path, call.services.config.images_path)


async def get_visits(call: Call) -> Listed[StoredVisit]:
    """Return a page of visits."""
    asked: VisitsQuery = call.query
    await check_player_filter(call, asked.player_id)
    span, where = span_of(asked), {name: getattr(asked, name) for name in ("visit_id", "player_id", "total", "reason", "revised")}
    return listed(await call.read(lambda c: list_visits(c, page_request(asked), where, span)), asked, visit_of)


async def get_one_visit(call: Call) -> StoredVisit:
    """Return one visit."""
    visit_id = call.path("visit_id")
    row = await call.read(lambda c: get_visit(c, visit_id))
    if row is None:
        raise missing("visit", visit_id)
    return visit_of(row)


THROWS = Resource(path="/api/v1/throws", one="/api/v1/throws/{throw_id}", tag="play", answer=Throw)
VISITS = Resource(path="/api/v1/visits", one="/api/v1/visits/{visit_id}", tag="play", answer=StoredVisit)

ENDPOINTS = [
    THROWS.list(get_throws, "Throws, the latest first", "throws:read", ThrowsQuery),
    THROWS.read(get_one_throw, "One throw", "throws:read"),
    Endpoint(
        method="GET",
        path="/api/v1/throws/{throw_id}/images/{camera_id}/{kind}",
        handler=get_image,
        permission="throws:read",
        rate="default",
        summary="An image of a throw from one camera: before, after, difference or annotated",
        tag="play",
        answer=None,
        media="image/jpeg",
    ),
    VISITS.list(get_visits, "Completed visits, the latest first", "throws:read", VisitsQuery),
    VISITS.read(get_one_visit, "One visit", "throws:read"),
]
