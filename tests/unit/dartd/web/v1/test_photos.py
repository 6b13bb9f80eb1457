"""`/api/v1/players/{player_id}/photo`."""

import cv2
import httpx2
import numpy as np
import pytest

from dartd.web.v1.photos import MAX_PHOTO_BYTES
from tests.support.people import PNG, log_in, log_in_as, make_player, make_user
from tests.support.station import Station

WEBP = cv2.imencode(".webp", np.full((2, 2, 3), 200, np.uint8))[1].tobytes()


async def test_photo_is_given_shown_and_taken_away(station: Station, http: httpx2.AsyncClient) -> None:
    """As a new image; the player names its address; a client that has it already gets 304."""
    admin, player_id = await log_in_as(station, "admin"), await make_player(station)
    path = f"/api/v1/players/{player_id}/photo"
    before = await http.get(path, headers=admin)
    given = await http.put(path, content=PNG, headers={**admin, "Content-Type": "image/png"})
    shown = await http.get(path, headers=admin)
    same = await http.get(path, headers={**admin, "If-None-Match": shown.headers["etag"]})
    gone = await http.delete(path, headers=admin)
    after = await http.get(f"/api/v1/players/{player_id}", headers=admin)

    assert [each.status_code for each in (before, given, shown, same, gone)] == [404, 200, 200, 304, 204]
    assert (given.json()["photo"], after.json()["photo"]) == (path, None)
    assert (shown.content[:8], shown.headers["content-type"], same.content) == (PNG[:8], "image/png", b"")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        (PNG, "image/jpeg", 422),
        (b"", "image/png", 422),
        (WEBP, "image/webp", 200),
        (b"RIFF....WEBP", "image/webp", 422),
        (b"RIFF....WAVE", "image/webp", 422),
        (b"<svg/>", "image/svg+xml", 415),
        (PNG, "", 415),
        (PNG + bytes(MAX_PHOTO_BYTES), "image/png", 413),
    ],
)
async def test_what_is_no_picture_is_refused(station: Station, http: httpx2.AsyncClient, body: bytes, media_type: str, status: int) -> None:
    """Of another kind than it says, of a kind that may carry scripts, or too large."""
    admin, player_id = await log_in_as(station, "admin"), await make_player(station)
    headers = {**admin, **({"Content-Type": media_type} if media_type else {})}
    answer = await http.put(f"/api/v1/players/{player_id}/photo", content=body, headers=headers)

    assert answer.status_code == status


async def test_player_changes_the_own_photo_and_sees_shared_ones(station: Station, http: httpx2.AsyncClient) -> None:
    """No photo of another player is changed."""
    own, shared, other = await make_player(station), await make_player(station, shared=True), await make_player(station)
    headers = {**await log_in(station, await make_user(station, "player", player_id=own)), "Content-Type": "image/png"}
    found = {}
    for player_id in (own, shared, other):
        path = f"/api/v1/players/{player_id}/photo"
        put = await http.put(path, content=PNG, headers=headers)
        found[player_id] = (put.status_code, (await http.get(path, headers=headers)).status_code)

    assert found == {own: (200, 200), shared: (403, 404), other: (403, 403)}
