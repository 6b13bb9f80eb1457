"""Watch the alerts: print each as it is raised, and acknowledge it (needs `pip install websockets`).

python tests/examples/alerts.py http://localhost:8000 operator PASSWORD [ALERTS]
"""

import json
import sys
import urllib.request
from typing import Any

from websockets.sync.client import connect


def call(url: str, token: str, body: Any) -> Any:
    """Send a POST to the API."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    with urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), headers)) as answer:  # noqa: S310
        return json.load(answer)


def main(server: str, username: str, password: str, count: int) -> None:
    """Print and acknowledge `count` alerts."""
    token = call(f"{server}/api/v1/auth/login", "", {"username": username, "password": password})["access_token"]
    address = server.replace("http", "ws", 1) + "/api/v1/ws/alerts"
    with connect(address, additional_headers={"Authorization": f"Bearer {token}"}) as stream:
        for text in stream:
            message = json.loads(text)
            if message["event_type"] == "snapshot":
                print("watching", flush=True)
            if message["event_type"] != "alert" or message["alert"]["status"] != "pending":
                continue
            alert = message["alert"]
            print(alert["severity"], alert["message"], flush=True)
            done = call(f"{server}/api/v1/alerts/{alert['alert_id']}/acknowledge", token, {"action_taken": "someone is on the way"})
            print("acknowledged by", done["acknowledged_by"], flush=True)
            count -= 1
            if not count:
                return


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]) if len(sys.argv) > 4 else 1_000_000)
