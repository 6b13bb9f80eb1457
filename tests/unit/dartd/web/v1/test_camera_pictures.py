"""Pictures of a camera over HTTP."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from dartd.runtime.workers.previews import VIEWERS
from tests.support.people import log_in_as, make_key
from tests.support.station import Station
from tests.support.waiting import Waiting

PATH = "/api/v1/cameras/cam0"


async def test_a_snapshot_is_a_picture(http: httpx2.AsyncClient, operator: dict[str, str]) -> None:
    """Of the present; anonymous readers of the board may not see it, and an unknown overlay is refused."""
    found = await http.get(f"{PATH}/snapshot?overlay=wires,darts", headers=operator)

    assert (found.status_code, found.content, found.headers["content-type"]) == (200, b"a picture", "image/jpeg")
    assert found.headers["cache-control"] == "no-store"
    assert (await http.get(f"{PATH}/snapshot")).status_code == 401
    assert (await http.get(f"{PATH}/snapshot?overlay=people", headers=operator)).status_code == 422
    assert (await http.get("/api/v1/cameras/nope/snapshot", headers=operator)).status_code == 404


async def test_a_stream_has_one_picture_after_the_other(station: Station, http: httpx2.AsyncClient, operator: dict[str, str]) -> None:
    """Each with its length; a viewer that leaves makes room for another."""
    for _ in range(VIEWERS + 1):
        async with http.stream("GET", f"{PATH}/stream", headers=operator) as answer:
            body = b""
            async for chunk in answer.aiter_bytes():
                body += chunk
                if body.count(b"a picture") >= 3:
                    break

        assert answer.headers["content-type"] == "multipart/x-mixed-replace; boundary=picture"
        assert body.startswith(b"--picture\r\nContent-Type: image/jpeg\r\nContent-Length: 9\r\n\r\na picture\r\n--picture\r\n")
    assert station.services.previews is not None


async def test_a_stream_ends_with_its_key(station: Station, http: httpx2.AsyncClient, waiting: Waiting) -> None:
    """A viewer whose key is revoked receives no further picture."""
    key_id, key = await make_key(station, "operator")
    async with http.stream("GET", f"{PATH}/stream", headers={"X-API-Key": key}) as answer:
        parts = answer.aiter_bytes()
        first = await anext(parts)
        await http.delete(f"/api/v1/auth/api-keys/{key_id}", headers=await log_in_as(station, "admin"))
        await waiting.within(_all(parts), "the end of the stream")

    assert b"a picture" in first


async def _all(parts: AsyncIterator[bytes]) -> bytes:
    return b"".join([part async for part in parts])


@pytest.mark.parametrize(
    "points",
    [
        [[1, 2]] * 3,
        [[1, 2]] * 4,
        [[1, 1], [1, 9], [9, 9], [9, 1]],
        [[1, 1], [9000, 1], [9, 9], [1, 9]],
        [[1, 2], [3, 4], [5, 6], ["a", "b"]],
    ],
)
async def test_four_points_are_needed(http: httpx2.AsyncClient, operator: dict[str, str], points: list[object]) -> None:
    """Before a picture is taken."""
    answer = await http.post(f"{PATH}/calibration/points", json={"points": points}, headers=operator)

    assert answer.status_code == 422


async def test_one_camera_is_calibrated(http: httpx2.AsyncClient, operator: dict[str, str]) -> None:
    """The board says what comes of it."""
    answer = await http.post(f"{PATH}/calibrate", headers=operator)

    assert (answer.status_code, answer.json()["action"]) == (202, "calibrate")
