"""Requests of pages of other origins."""

from pathlib import Path

import msgspec
import pytest

from tests.support.http_client import http_client
from tests.support.station import CONFIG, running_station

ADA = "https://ada.example"


@pytest.mark.parametrize(
    ("origin", "method", "headers", "refused"),
    [
        (ADA, "GET", "authorization", None),
        ("https://evil.example", "GET", "authorization", ["origin"]),
        ("https://evil.example", "TRACE", "x-other", ["origin", "method", "headers"]),
    ],
)
async def test_preflight_refusals_have_the_usual_shape(
    tmp_path: Path, origin: str, method: str, headers: str, refused: list[str] | None
) -> None:
    """What is not allowed is named."""
    server = msgspec.structs.replace(CONFIG.server, cors_origins=(ADA,))
    asked = {"Origin": origin, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": headers}
    async with (
        running_station(tmp_path, config=msgspec.structs.replace(CONFIG, server=server)) as station,
        http_client(station.http) as http,
    ):
        answer = await http.options("/api/v1/board", headers=asked)

    assert answer.headers.get("access-control-allow-origin") == (ADA if origin == ADA else None)
    if refused is None:
        assert answer.status_code == 200
    else:
        error = answer.json()["error"]
        assert (answer.status_code, error["code"], error["details"]) == (400, "ORIGIN_NOT_ALLOWED", {"refused": refused})
        assert error["trace_id"] == answer.headers["x-request-id"]
