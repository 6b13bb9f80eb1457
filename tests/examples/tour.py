"""Log in, make a key, list players, and show darts as they hit.

python tests/examples/tour.py http://localhost:8000 admin PASSWORD [EVENTS]
"""

import asyncio
import json
import sys
import urllib.request
from typing import Any

import websockets


def ask(url: str, token: str | None = None, body: Any = None) -> Any:
    """Ask the API; a body makes it a POST."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(url, None if body is None else json.dumps(body).encode(), headers)  # noqa: S310
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        return json.load(answer)


def every_player(server: str, key: str) -> list[str]:
    """Follow the cursor through the whole list."""
    names: list[str] = []
    query = "?limit=100"
    while True:
        page = ask(f"{server}/api/v1/players{query}", key)
        names += [player["name"] for player in page["data"]]
        cursor = page["pagination"]["next_cursor"]
        if cursor is None:
            return names
        query = f"?limit=100&cursor={cursor}"


async def show(server: str, key: str, count: int) -> None:
    """Print events as they are told."""
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
    """Do it all in order."""
    server, username, password = sys.argv[1:4]
    session = ask(f"{server}/api/v1/auth/login", body={"username": username, "password": password})
    print("hello", session["user"]["name"])
    made = ask(
        f"{server}/api/v1/auth/api-keys",
        session["access_token"],
        {"name": "tour", "permissions": ["board:read", "events:read", "players:read"]},
    )
    print("players", *every_player(server, made["key"]), flush=True)
    asyncio.run(show(server, made["key"], int(sys.argv[4]) if len(sys.argv) > 4 else 10))


if __name__ == "__main__":
    main()
