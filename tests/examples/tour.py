"""Log in, create a key, list players, and print darts as they hit.

python tests/examples/tour.py http://localhost:8000 admin PASSWORD [EVENTS]
"""

import asyncio
import json
import sys
import urllib.request
from typing import Any

import websockets


def call(url: str, token: str | None = None, body: Any = None) -> Any:
    """Call the API; with a body send a POST."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(url, None if body is None else json.dumps(body).encode(), headers)  # noqa: S310
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        return json.load(answer)


def player_names(server: str, key: str) -> list[str]:
    """Return the names of all players, page by page."""
    names: list[str] = []
    query = "?limit=100"
    while True:
        page = call(f"{server}/api/v1/players{query}", key)
        names += [player["name"] for player in page["data"]]
        cursor = page["pagination"]["next_cursor"]
        if cursor is None:
            return names
        query = f"?limit=100&cursor={cursor}"


async def show(server: str, key: str, count: int) -> None:
    """Print events as they are received."""
    address = server.replace("http", "ws", 1) + "/ws"
    async with websockets.connect(address, additional_headers={"Authorization": f"Bearer {key}"}) as socket:
        async for message in socket:
            event = json.loads(message)
            if event["event_type"] == "dart_hit":
                print("dart", event["score"]["label"], flush=True)
            elif event["event_type"] == "snapshot":
                print("board", event["status"], flush=True)
            count -= "seq" in event
            if count <= 0:
                return


def main() -> None:
    """Run all steps in order."""
    server, username, password = sys.argv[1:4]
    session = call(f"{server}/api/v1/auth/login", body={"username": username, "password": password})
    print("hello", session["user"]["name"])
    made = call(
        f"{server}/api/v1/auth/api-keys",
        session["access_token"],
        {"name": "tour", "permissions": ["board:read", "events:read", "players:read"]},
    )
    print("players", *player_names(server, made["api_key"]), flush=True)
    asyncio.run(show(server, made["api_key"], int(sys.argv[4]) if len(sys.argv) > 4 else 10))


if __name__ == "__main__":
    main()
