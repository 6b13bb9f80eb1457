"""`/api/v1/players/{player_id}/photo`: the photo of a player."""

from typing import Any

from starlette.responses import Response

from dartd.store.photos import Photo, get_photo, put_photo
from dartd.web.http.answers import media_type_of
from dartd.web.http.endpoint import Answer, Call, Endpoint
from dartd.web.http.paging import missing
from dartd.web.http.problems import Problem
from dartd.web.v1.players import PLAYERS, found
from schemas.api.players import Player

MAX_PHOTO_BYTES = 1024 * 1024

# The magic bytes of each accepted type. Other types may contain scripts or have little browser support.
_BEGINNINGS = {"image/jpeg": (b"\xff\xd8\xff", b""), "image/png": (b"\x89PNG\r\n\x1a\n", b""), "image/webp": (b"RIFF", b"WEBP")}


async def get_player_photo(call: Call) -> Response:
    """Return the photo, or 304 if it has not changed."""
    player_id = call.path("player_id")
    tag = f'"{(await PLAYERS.visible(call)).photo}"'
    if call.request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={"ETag": tag})
    photo: Photo | None = await call.read(lambda c: get_photo(c, player_id))
    if photo is None:
        raise missing("photo", player_id)
    return Response(photo.body, headers={"Cache-Control": "private, no-cache", "ETag": tag}, media_type=photo.media_type)


async def put_player_photo(call: Call) -> Answer:
    """Store a photo in place of the previous one; re-encoded, so that it holds no metadata such as the position where it was taken."""
    await PLAYERS.check_own(call)
    media_type = media_type_of(call.request)
    first, then = _BEGINNINGS[media_type]
    body = None
    if call.body.startswith(first) and call.body[8 : 8 + len(then)] == then:
        body = await call.services.photos.encode_again(call.body, media_type.removeprefix("image/"))
    if body is None:
        raise Problem(422, "VALIDATION_ERROR", f"the body is not {media_type} or too large to decode", details={"field": "$"})
    return await _change(call, Photo(media_type=media_type, body=body))


async def remove_player_photo(call: Call) -> Answer:
    """Delete the photo."""
    await PLAYERS.check_own(call)
    return await _change(call, None)


async def _change(call: Call, photo: Photo | None) -> Answer:
    player_id, now_s = call.path("player_id"), call.services.accounts.now()

    def change(connection: Any) -> Answer:
        row = found(put_photo(connection, player_id, photo, at_s=now_s), player_id)
        return PLAYERS.checked(call, row)

    changed: Answer = await call.change(change, player_id)
    return changed


_OF_PHOTOS: dict[str, Any] = {"path": "/api/v1/players/{player_id}/photo", "own": "profile:own", "rate": "default", "tag": "players"}
_WRITING: dict[str, Any] = {**_OF_PHOTOS, "permission": "players:write", "entity": "player", "publishes": True, "action": "update"}

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
        summary="Set the photo of a player, at most 1 MiB",
        body_media_types=tuple(_BEGINNINGS),
        max_body_bytes=MAX_PHOTO_BYTES,
        answer=Player,
        **_WRITING,
    ),
    Endpoint(method="DELETE", handler=remove_player_photo, summary="Delete a player's photo", answer=None, status=204, **_WRITING),
]
