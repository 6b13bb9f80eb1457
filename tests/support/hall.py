"""A hall in a test: a board that runs a tournament, and others at which its fixtures are played, seen through their APIs."""

import asyncio
from typing import Any

import httpx2
import msgspec

from dartd.config import LimitsConfig, NatsConfig
from tests.support.http_client import http_client
from tests.support.station import CONFIG, TOKEN
from tests.support.waiting import Waiting

Json = dict[str, Any]


def hall_config(url: str, board_id: str, token: str = TOKEN) -> Any:
    """Return the configuration of a board of the hall."""
    given = {"auth": msgspec.structs.replace(CONFIG.auth, token=token), "board": msgspec.structs.replace(CONFIG.board, id=board_id)}
    return msgspec.structs.replace(CONFIG, nats=NatsConfig(url=url), limits=LimitsConfig(default=100_000), **given)


class HallBoard:
    """The API of a board, as its operator uses it."""

    def __init__(self, http: str, waiting: Waiting) -> None:
        self._http = http
        self._waiting = waiting

    async def get(self, path: str) -> Json:
        """Return what GET answers; nothing while the board is away."""
        try:
            async with self._client() as client:
                answer = await client.get(f"{self._http}/api/v1/{path}")
        except httpx2.TransportError:
            return {}
        found: Json = answer.json() if answer.status_code == 200 else {}
        return found

    async def send(self, method: str, path: str, body: Any = None, expected: int | None = None) -> Json:
        """Send a request, and return its answer."""
        async with self._client() as client:
            answer = await client.request(method, f"{self._http}/api/v1/{path}", json={} if body is None else body)
        assert answer.status_code == expected if expected else answer.status_code < 300, (method, path, answer.text)
        found: Json = answer.json() if answer.content else {}
        return found

    async def until(self, path: str, condition: Any) -> Json:
        """Return what GET answers once it meets a condition."""
        found: Json = {}
        try:
            async with asyncio.timeout(self._waiting.timeout_s):
                while not (found and condition(found)):
                    found = await self.get(path)
        except TimeoutError:
            raise AssertionError(f"{path} is still {found}") from None
        return found

    async def tournament(self, entrants: list[Any], *, kind: str = "knockout", boards: tuple[str, ...] = ()) -> list[Json]:
        """Draw a tournament of one leg of 101 whose called fixtures these boards take, and call all that can be; return its fixtures."""
        asked = {"tournament_id": "t1", "name": "Open", "format": kind, "rules": {"game": "x01", "start": 101}, "entrants": entrants}
        await self.send("POST", "tournaments", asked)
        for board_id in boards:
            await self.send("POST", "lists", {"name": board_id, "type": "board_queue", "tournament_id": "t1"})
        await self.send("POST", "tournaments/t1/draw")
        fixtures: list[Json] = (await self.get("fixtures?tournament_id=t1"))["data"]
        for each in fixtures:
            if all(side["players"] for side in each["sides"]):
                await self.step(each["fixture_id"], "called")
        return fixtures

    async def step(self, fixture_id: str, status: str, expected: int | None = None, **more: Any) -> Json:
        """Take a fixture to another status."""
        return await self.send("PUT", f"fixtures/{fixture_id}/status", {"status": status, **more}, expected)

    async def assign(self, fixture_id: str, board_id: str | None) -> Json:
        """Assign a fixture to a board."""
        return await self.send("PUT", f"fixtures/{fixture_id}/assign", {"board_id": board_id})

    async def fixture(self, fixture_id: str, status: str, board_id: str | None = None) -> Json:
        """Return a fixture once it has a status, at a board if one is named."""
        return await self.until(
            f"fixtures/{fixture_id}", lambda found: found["status"] == status and (board_id is None or found["board_id"] == board_id)
        )

    async def until_free(self, *board_ids: str) -> None:
        """Wait until boards are heard and free."""
        await self.until(
            "boards", lambda found: set(board_ids) <= {each["board_id"] for each in found["boards"] if each["state"] == "free"}
        )

    async def win(self, match_id: str, side: int = 0) -> None:
        """Play a match of 101 by totals until a side has won it."""
        for k in range(side + 1):
            await self.send("POST", f"matches/{match_id}/throws", {"darts": ["T20", "S1", "D20"] if k == side else ["S1", "S1", "S1"]})

    def _client(self) -> Any:
        return http_client(headers={"Authorization": f"Bearer {TOKEN}"}, timeout=self._waiting.timeout_s)
