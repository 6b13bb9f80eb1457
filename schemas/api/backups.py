"""Backups of the database: what is kept, and what went wrong."""

from schemas.api.answers import Timestamp
from schemas.base import Value


class BackupReport(Value, frozen=True, kw_only=True):
    """A backup that is kept; `GET /api/v1/backups/{backup_name}` downloads it."""

    backup_name: str
    created_at: Timestamp
    size_bytes: int


class Backups(Value, frozen=True, kw_only=True):
    """The backups, the newest first; `problem`: why the last one failed, or that one is overdue, None if all is well."""

    data: tuple[BackupReport, ...]
    every_hours: float
    keep: int
    problem: str | None
