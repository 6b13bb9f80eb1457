"""A client of a daemon that receives its alerts."""

import json
from typing import Any

import websockets

from tests.support.people import bearer
from tests.support.station import TOKEN
from tests.support.waiting import Waiting


class AlertLog:
    """The alerts that a client has received, by their type."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    async def listen(self, port: int) -> None:
        """Listen until cancelled."""
        address = f"ws://127.0.0.1:{port}/api/v1/ws/alerts?since=0"
        async with websockets.connect(address, additional_headers=bearer(TOKEN), proxy=None) as connection:
            async for text in connection:
                message = json.loads(text)
                if message["event_type"] == "alert":
                    self.events.append(message)

    def alerts(self, name: str, status: str) -> list[dict[str, Any]]:
        """Return the alerts of a rule that became pending, acknowledged or resolved."""
        return [each["alert"] for each in self.events if (each["alert"]["alert_type"], each["alert"]["status"]) == (name, status)]

    async def until(self, name: str, status: str = "pending") -> dict[str, Any]:
        """Wait for an alert of a rule, and return it."""
        try:
            found = await Waiting().soon(lambda: self.alerts(name, status), f"{name} {status}")
        except AssertionError as missing:
            received = [(each["timestamp"], *(each["alert"][key] for key in ("alert_type", "camera_id", "status"))) for each in self.events]
            raise AssertionError(f"{missing}; received: {received}") from None
        return found[0]
