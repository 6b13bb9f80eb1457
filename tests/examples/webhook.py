"""Create a webhook for darts, receive them, and verify their signatures (needs `pip install standardwebhooks`).

python tests/examples/webhook.py http://localhost:8000 admin PASSWORD [EVENTS]

The receiver runs on this machine: the daemon needs `webhooks.allow_private = true`.
"""

import http.server
import json
import sys
import urllib.request
from typing import Any, ClassVar

from standardwebhooks.webhooks import Webhook, WebhookVerificationError


class Receiver(http.server.BaseHTTPRequestHandler):
    """Prints each dart whose signature is right."""

    secret = ""
    seen: ClassVar[set[str]] = set()

    def do_POST(self) -> None:
        """Receive an event."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        try:
            event = Webhook(self.secret).verify(body, dict(self.headers.items()))
        except WebhookVerificationError:
            self.send_error(400)
            return
        self.send_response(204)
        self.end_headers()
        if self.headers["webhook-id"] not in self.seen:  # an event may come again, with the same id
            self.seen.add(self.headers["webhook-id"])
            print("dart", event["score"]["label"], flush=True)

    def log_message(self, *_: Any) -> None:
        """Print nothing else."""


def call(url: str, token: str, body: Any) -> Any:
    """Send a POST to the API."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    with urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), headers)) as answer:  # noqa: S310
        return json.load(answer)


def main(server: str, username: str, password: str, count: int) -> None:
    """Create the webhook and receive `count` events."""
    token = call(f"{server}/api/v1/auth/login", "", {"username": username, "password": password})["access_token"]
    with http.server.HTTPServer(("127.0.0.1", 0), Receiver) as receiver:
        given = {"name": "darts", "url": f"http://127.0.0.1:{receiver.server_port}/", "events": ["dart_hit"]}
        webhook = call(f"{server}/api/v1/webhooks", token, given)
        Receiver.secret = webhook["secret"]
        print("webhook", webhook["status"], flush=True)
        while len(Receiver.seen) < count:
            receiver.handle_request()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]) if len(sys.argv) > 4 else 1_000_000)
