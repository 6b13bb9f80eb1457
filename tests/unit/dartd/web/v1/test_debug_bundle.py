"""The debug bundle."""

import asyncio
import io
import json
import logging
import zipfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from dartd.config import CameraConfig, LogConfig
from dartd.log import logging_to
from tests.support.http_client import http_client
from tests.support.people import log_in_as
from tests.support.station import CONFIG, TOKEN, running_station
from tests.support.throws import hit

_SECRETS = (TOKEN, "swordfish", "hunter2", "open-sesame")


@pytest.fixture
def logged() -> Iterator[None]:
    """Log as the daemon does."""
    with logging_to(io.StringIO(), LogConfig(), {}):
        yield


@pytest.mark.usefixtures("logged")
async def test_a_bundle_has_all_that_is_needed_and_no_secret(tmp_path: Path) -> None:
    """Neither the operator's token nor credentials of cameras, in no file of it; players and strangers may not have it."""
    config = msgspec.structs.replace(
        CONFIG, cameras=(*CONFIG.cameras, CameraConfig(id="net", url="rtsp://ann:swordfish@10.0.0.7/1?key=open-sesame"))
    )
    async with running_station(tmp_path, config=config) as station, http_client(station.http) as http:
        operator = {"Authorization": f"Bearer {TOKEN}"}
        line = f"rtsp://ann:hunter2@10.0.0.8/ is gone; Authorization: Bearer {TOKEN}"
        await asyncio.to_thread(logging.getLogger("test").warning, line)
        await station.happen(hit())
        refused = [
            (await http.get("/api/v1/debug-bundle", headers=headers)).status_code
            for headers in ({}, await log_in_as(station, "player"), await log_in_as(station, "viewer"))
        ]
        answer = await http.get("/api/v1/debug-bundle", headers=operator)

    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    files = {name: archive.read(name).decode() for name in archive.namelist()}
    assert (refused, answer.status_code, answer.headers["content-type"]) == ([401, 403, 403], 200, "application/zip")
    assert [(name, secret) for name, text in files.items() for secret in _SECRETS if secret in text] == []
    assert json.loads(files["config.json"])["cameras"][3]["url"] == "rtsp://***@10.0.0.7/1?***"
    assert [each["camera_id"] for each in json.loads(files["cameras.json"])] == ["cam0", "cam1", "cam2", "net"]
    assert "rtsp://***@10.0.0.8/ is gone" in files["log.txt"]
    assert json.loads(files["events.jsonl"].splitlines()[-1])["event_type"] == "dart_hit"
    assert (json.loads(files["health.json"])["version"], json.loads(files["versions.json"])["dartd"]) == ("0.0", "0.0")
