"""The catalog over HTTP."""

import asyncio
import io
import zipfile
from pathlib import Path

import httpx2

from tests.support.people import bearer
from tests.support.station import TOKEN, Station
from tests.support.throws import hit
from tests.unit.dartd.web.test_data_folders import make_folders
from tests.unit.dartd.web.v1.test_statistics import get

OPERATOR = bearer(TOKEN)


async def test_data_sets_are_listed_and_downloaded(station: Station, http: httpx2.AsyncClient) -> None:
    """Those of the store and those of the directory; each as its own address and file say; others are not there."""
    folder = Path(station.services.config.state_dir) / "datasets"
    await station.happen(hit("d1"))
    empty = await get(http, "/catalog")
    await asyncio.to_thread(make_folders, folder)
    listed = await get(http, "/catalog")
    one = await get(http, "/catalog/datasets/recording-evening")
    files = {each["dataset_id"]: await http.get(each["download"], headers=OPERATOR) for each in listed["data"]}
    await get(http, "/catalog/datasets/recording-..%2Fevening", 404)
    await get(http, "/catalog/datasets/none/download", 404)
    await get(http, "/catalog", 401, headers={})

    assert [each["dataset_id"] for each in empty["data"]] == ["throws", "corrected_throws"]
    assert [each["dataset_id"] for each in listed["data"][2:]] == ["recording-evening", "export-set-1"]
    assert one in listed["data"]
    assert (listed["data"][0]["counts"], listed["data"][0]["size_bytes"]) == ({"throws": 1}, None)
    assert {name: file.status_code for name, file in files.items()} == dict.fromkeys(files, 200)
    table = files["throws"].text.splitlines()
    assert table[0].split(",") == listed["data"][0]["schema"]["throws.csv"]
    assert (len(table), table[1].split(",")[0]) == (2, "d1")
    assert zipfile.ZipFile(io.BytesIO(files["export-set-1"].content)).read("set-1/train/1.jpg") == b"jpeg"
    assert files["recording-evening"].headers["content-disposition"] == 'attachment; filename="recording-evening.zip"'
