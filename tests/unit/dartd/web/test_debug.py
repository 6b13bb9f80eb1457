"""What is there only with `server.debug`."""

from pathlib import Path

import msgspec
import pytest

from tests.support.http_client import http_client
from tests.support.people import bearer, log_in_as
from tests.support.station import CONFIG, TOKEN, running_station

LATEST = "/debug/camera/cam0/latest"


@pytest.mark.parametrize("debug", [True, False])
async def test_newest_picture_is_for_operators_who_debug(tmp_path: Path, debug: bool) -> None:  # noqa: FBT001
    """Of the camera that is asked for; without `server.debug` there is no such path, nor in the document."""
    for throw_id, camera_id in (("d1", "cam0"), ("d2", "cam1")):
        folder = tmp_path / "images" / throw_id
        folder.mkdir(parents=True)
        (folder / f"{camera_id}-after.jpg").write_bytes(camera_id.encode())
    server = msgspec.structs.replace(CONFIG.server, debug=debug)
    config = msgspec.structs.replace(CONFIG, server=server, state_dir=str(tmp_path))
    async with running_station(tmp_path, config=config) as station, http_client(station.http) as http:
        viewer = await log_in_as(station, "viewer")
        answers = [await http.get(LATEST, headers=headers) for headers in ({}, viewer, bearer(TOKEN))]
        none = await http.get("/debug/camera/cam9/latest", headers=bearer(TOKEN))
        paths = (await http.get("/openapi.json")).json()["paths"]

    assert [answer.status_code for answer in (*answers, none)] == ([401, 403, 200, 404] if debug else [404] * 4)
    assert (answers[2].content == b"cam0", any(path.startswith("/debug") for path in paths)) == (debug, debug)
