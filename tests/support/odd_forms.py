"""Requests of odd forms for the attack bench: each returns whether the daemon treated it as it should."""

import base64
from collections.abc import Awaitable, Callable

import cv2
import httpx2
import msgspec
import numpy as np

Form = Callable[[httpx2.AsyncClient], Awaitable[bool]]


def _refused_player(**body: str) -> Form:
    async def form(http: httpx2.AsyncClient) -> bool:
        return (await http.post("/api/v1/players", json=body)).status_code == 422

    return form


async def _cursor(http: httpx2.AsyncClient) -> bool:
    cursor = base64.urlsafe_b64encode(msgspec.json.encode(["-seq", 2**63, 2**63])).decode().rstrip("=")
    answer = await http.get(f"/api/v1/throws?cursor={cursor}")
    return answer.status_code == 422 and "error" in answer.json()


async def _key_without_end(http: httpx2.AsyncClient) -> bool:
    path = "/api/v1/auth/api-keys"
    first = (await http.post(path, json={"name": "first", "expires_at": "2990-01-01T00:00:00Z"})).json()
    headers = {"Authorization": f"Bearer {first['api_key']}"}
    second = (await http.post(path, json={"name": "second"}, headers=headers)).json()
    await http.delete(f"{path}/{first['key_id']}")
    after = await http.get("/api/v1/board", headers={"Authorization": f"Bearer {second['api_key']}"})
    return second["expires_at"] == first["expires_at"] and after.status_code == 401


async def _photo_with_position(http: httpx2.AsyncClient) -> bool:
    await http.post("/api/v1/players", json={"name": "Eve", "player_id": "eve"})
    jpeg = cv2.imencode(".jpeg", np.zeros((8, 8, 3), np.uint8))[1].tobytes()
    segment = b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00N 48 8 0 E 11 34 0"
    photo = jpeg[:2] + b"\xff\xe1" + (len(segment) + 2).to_bytes(2, "big") + segment + jpeg[2:]
    put = await http.put("/api/v1/players/eve/photo", content=photo, headers={"Content-Type": "image/jpeg"})
    shown = await http.get("/api/v1/players/eve/photo")
    return put.status_code == 200 and b"N 48" not in shown.content


async def _guesses_of_the_password(http: httpx2.AsyncClient) -> bool:
    body = {"password": "another password", "old_password": "guess"}
    return [(await http.put("/api/v1/users/me", json=body)).status_code for _ in range(12)][-1] == 429


FORMS: dict[str, Form] = {
    "id with newline": _refused_player(name="Ann", player_id="nl\n"),
    "blank name": _refused_player(name="   "),
    "name with NUL": _refused_player(name="A\x00nn"),
    "name with bidirectional mark": _refused_player(name="nnA\u202e"),
    "cursor above 2^63": _cursor,
    "key without end": _key_without_end,
    "photo with position": _photo_with_position,
    "guesses of old_password": _guesses_of_the_password,
}
