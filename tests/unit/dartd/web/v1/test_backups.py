"""Backups over the API."""

import asyncio
from pathlib import Path

import httpx2
import pytest

from dartd.store.backends import report_on
from tests.support.people import log_in_as
from tests.support.postgres import file_of
from tests.support.station import Station
from tests.support.throws import hit


async def test_a_backup_is_made_listed_and_downloaded(station: Station, http: httpx2.AsyncClient, tmp_path: Path) -> None:
    """The file is a whole store with the events so far; who made and who downloaded it is in the audit log."""
    admin = await log_in_as(station, "admin")
    await station.happen(hit())
    made = await http.post("/api/v1/backups", headers=admin)
    listed = (await http.get("/api/v1/backups", headers=admin)).json()
    file = await http.get(made.headers["location"], headers=admin)
    await asyncio.to_thread((tmp_path / "downloaded.db").write_bytes, file.content)
    report = await asyncio.to_thread(report_on, tmp_path / "downloaded.db")
    audited = (await http.get("/api/v1/audit?entity_type=backup", headers=admin)).json()["data"]

    assert (made.status_code, listed["data"], listed["problem"]) == (201, [made.json()], None)
    assert made.json()["size_bytes"] == len(file.content)
    assert file.headers["content-disposition"] == f'attachment; filename="{made.json()["backup_name"]}"'
    assert report is not None
    assert (report.damage, report.last_seq) == (None, station.hub.last_seq)
    assert {(each["action"], each["entity_id"]) for each in audited} == {
        ("backups", made.json()["backup_name"]),
        ("backups", made.json()["backup_name"]),
    }


async def test_only_backups_are_downloaded(station: Station, http: httpx2.AsyncClient) -> None:
    """No path leads out of the folder, and operators, who may not see accounts, get none."""
    admin, operator = await log_in_as(station, "admin"), await log_in_as(station, "operator")
    answers = [await http.get(f"/api/v1/backups/{name}", headers=admin) for name in ("none", "..%2Fdartd.db", "dartd.db")]
    refused = [await http.get("/api/v1/backups", headers=operator), await http.post("/api/v1/backups", headers=operator)]

    assert [each.status_code for each in answers] == [404, 404, 404]
    assert [each.status_code for each in refused] == [403, 403]


@pytest.mark.sqlite
async def test_a_backup_that_fails_says_why(station: Station, http: httpx2.AsyncClient) -> None:
    """The store is gone: 503 with the reason, which the list and `/health` have too."""
    admin = await log_in_as(station, "admin")
    path = file_of(station.services.database)
    await asyncio.to_thread(path.rename, path.with_name("away.db"))
    answer = await http.post("/api/v1/backups", headers=admin)
    problem = station.services.backups.problem
    await asyncio.to_thread(path.with_name("away.db").rename, path)

    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "BACKUP_ERROR")
    assert problem is not None
    assert problem in answer.json()["error"]["message"]
