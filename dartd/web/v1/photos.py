"""`/api/v1/players/{player_id}/photo`: what a player looks like."""

from typing import Any

from starlette.responses import Response

from dartd.store.photos import Photo, get_photo, put_photo
from dartd.web.http.answers import media_type_of
from dartd.web.http.endpoint import Answer, Call, Endpoint
from dartd.web.http.paging import missing
from dartd.web.http.problems import Problem
from dartd.web.v1.players import check_own, found, player_of, visible
from schemas.api.players import Player

MAX_PHOTO_BYTES = 1024 * 1024

# How files of each kind begin. Other kinds may carry scripts, or are shown by few browsers.
_BEGINNINGS = {"image/jpeg": (b"\xff\xd8\xff", b""), "image/png": (b"\x89PNG\r\n\x1a\n", b""), "image/webp": (b"RIFF", b"WEBP")}


async def get_player_photo(call: Call) -> Response:
    """Answer the picture, or that it has not changed."""
    player_id = call.path("player_id")
    tag = f'"{(await visible(call, player_id)).photo}"'
    if call.request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={"ETag": tag})
    photo: Photo | None = await call.read(lambda c: get_photo(c, player_id))
    if photo is None:
        raise missing("photo", player_id)
    return Response(photo.body, headers={"Cache-Control": "private, no-cache", "ETag": tag}, media_type=photo.media_type)


async def put_player_photo(call: Call) -> Answer:
    """Keep a picture in place of the one before."""
    media_type = media_type_of(call.request)
    first, then = _BEGINNINGS[media_type]
    if not call.body.startswith(first) or call.body[8 : 8 + len(then)] != then:
        raise Problem(422, "VALIDATION_ERROR", f"the body is no {media_type}", details={"field": "$"})
    return await _change(call, Photo(media_type=media_type, body=call.body))


async def remove_player_photo(call: Call) -> Answer:
    """Forget the picture."""
    return await _change(call, None)


async def _change(call: Call, photo: Photo | None) -> Answer:
    player_id, now_s = call.path("player_id"), call.services.accounts.now()
    check_own(call, player_id)

    def change(connection: Any) -> Answer:
        row = found(put_photo(connection, player_id, photo, at_s=now_s), player_id)
        return Answer(value=player_of(row), entity_id=player_id, version=row.version)

    changed: Answer = await call.change(change, player_id)
    return changed


_OF_PHOTOS: dict[str, Any] = {"path": "/api/v1/players/{player_id}/photo", "own": "profile:own", "rate": "default", "tag": "players"}
_WRITING: dict[str, Any] = {**_OF_PHOTOS, "permission": "players:write", "entity": "player", "tells": True, "does": "update"}

ENDPOINTS = [
    Endpoint(
        method="GET",
        handler=get_player_photo,
        permission="players:read",
        summary="A player's photo",
        answer=None,
        media=", ".join(_BEGINNINGS),
        statuses=(304,),
        **_OF_PHOTOS,
    ),
    Endpoint(
        method="PUT",
        handler=put_player_photo,
        summary="Give a player a photo, of 1 MiB at most",
        takes=tuple(_BEGINNINGS),
        longest=MAX_PHOTO_BYTES,
        answer=Player,
        **_WRITING,
    ),
    Endpoint(method="DELETE", handler=remove_player_photo, summary="Take a player's photo away", answer=None, status=204, **_WRITING),
]
