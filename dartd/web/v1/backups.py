"""`/api/v1/backups`: backups of the database are listed, made and downloaded. They are put back by `dartd restore`."""

import asyncio
from pathlib import Path
from typing import Final

from starlette.responses import FileResponse, Response

from dartd.runtime.scheduled_backups import made_at_s
from dartd.store.timestamps import timestamp_of
from dartd.web.http.endpoint import Answer, Call, Endpoint
from dartd.web.http.problems import Problem
from schemas.api.backups import BackupReport, Backups
from schemas.api.play import NoParameters

_PERMISSION: Final = "backups:manage"


async def get_backups(call: Call) -> Backups:
    """Return the backups that are kept."""
    backups, settings = call.services.backups, call.services.config.backup
    stored = await asyncio.to_thread(lambda: tuple(_report(path) for path in reversed(backups.stored())))
    return Backups(data=stored, every_hours=settings.every_hours, keep=settings.keep, problem=backups.problem)


async def post_backup(call: Call) -> Answer:
    """Make a backup now, in addition to those that are made by themselves."""
    backups = call.services.backups
    target = await asyncio.to_thread(backups.back_up_now)
    if target is None:
        raise Problem(503, "BACKUP_ERROR", str(backups.problem))
    report = await asyncio.to_thread(_report, target)
    answer = Answer(value=report, status=201, location=f"/api/v1/backups/{target.name}")
    await call.change(lambda _: answer, target.name)
    return answer


async def get_backup(call: Call) -> Response:
    """Return a backup as a file; who downloaded it is in the audit log, as it holds everything."""
    name = call.path("backup_name")
    stored = {path.name: path for path in await asyncio.to_thread(call.services.backups.stored)}
    if name not in stored:
        raise Problem(404, "RESOURCE_NOT_FOUND", f"there is no backup {name}: GET /api/v1/backups lists them")
    entry = call.audit_entry(name)
    await call.services.database.change(lambda connection: call.record(connection, entry, None))
    return FileResponse(stored[name], media_type="application/vnd.sqlite3", filename=name, headers={"Cache-Control": "no-store"})


def _report(path: Path) -> BackupReport:
    return BackupReport(backup_name=path.name, created_at=timestamp_of(made_at_s(path)), size_bytes=path.stat().st_size)


ENDPOINTS = [
    Endpoint(
        method="GET",
        path="/api/v1/backups",
        handler=get_backups,
        permission=_PERMISSION,
        rate="default",
        summary="The backups of the database, the newest first",
        tag="system",
        answer=Backups,
    ),
    Endpoint(
        method="POST",
        path="/api/v1/backups",
        handler=post_backup,
        permission=_PERMISSION,
        rate="default",
        summary="Back the database up now",
        tag="system",
        body=NoParameters,
        body_required=False,
        answer=BackupReport,
        status=201,
        entity="backup",
        no_event_reason="nothing that is stored changes",
    ),
    Endpoint(
        method="GET",
        path="/api/v1/backups/{backup_name}",
        handler=get_backup,
        permission=_PERMISSION,
        rate="default",
        summary="A backup as a file, for `dartd restore`",
        tag="system",
        answer=None,
        media="application/vnd.sqlite3",
        entity="backup",
    ),
]
