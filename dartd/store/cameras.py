"""Cameras that were added over the API; their users and passwords are in a file of their own, which no copy of the database holds."""

import json
import os
import re
import threading
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import sqlalchemy as sa

from dartd.store.entity import Entity, Row
from dartd.store.tables import cameras, zones

CAMERAS = Entity("camera", cameras, sorts=("camera_id", "name", "created_at"))

_FILE = "camera-credentials.json"
_SECRET = re.compile(r"pass|pwd|user|login|token|secret|key|auth", re.IGNORECASE)  # in the names of a query's parameters


def all_cameras(connection: sa.Connection) -> Sequence[Row]:
    """Return every camera."""
    return connection.execute(sa.select(cameras)).all()


def zones_by_camera(connection: sa.Connection) -> dict[str, int]:
    """Return the number of zones in the picture of each camera that has any."""
    counted = sa.select(zones.c.camera_id, sa.func.count()).where(zones.c.camera_id.is_not(None)).group_by(zones.c.camera_id)
    return {str(camera_id): int(count) for camera_id, count in connection.execute(counted)}


def split_credentials(url: str) -> tuple[str, str]:
    """Return an address without credentials, and those: `user:password`, then `?` and the query if it names a secret; empty without."""
    if url.startswith(("/", "sim:", "v4l2:", "recording:")):
        return url, ""
    parts = urlsplit(url)
    userinfo, _, host = parts.netloc.rpartition("@")
    query = parts.query if _SECRET.search(parts.query) else ""
    bare = urlunsplit((parts.scheme, host, parts.path, "" if query else parts.query, parts.fragment))
    return bare, f"{userinfo}?{query}" if query else userinfo


def join_credentials(url: str, credentials: str) -> str:
    """Return an address with its credentials."""
    userinfo, mark, query = credentials.partition("?")
    parts = urlsplit(url)
    netloc = f"{userinfo}@{parts.netloc}" if userinfo else parts.netloc
    return urlunsplit((parts.scheme, netloc, parts.path, query if mark else parts.query, parts.fragment)) if credentials else url


class CameraCredentials:
    """Users and passwords of cameras, in a file of the state directory that its user alone can read. Reads and writes block."""

    def __init__(self, state_path: Path) -> None:
        self._path = state_path / _FILE
        self._writing = threading.Lock()

    def read(self) -> dict[str, str]:
        """Return `user:password` by camera; none where the file is missing or damaged."""
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return {str(camera_id): str(userinfo) for camera_id, userinfo in found.items()} if isinstance(found, dict) else {}

    def write(self, camera_id: str, userinfo: str) -> None:
        """Store user and password of a camera, or forget them (empty).

        Raises:
            OSError: the file cannot be written.
        """
        with self._writing:
            before = self.read()
            kept = {each: found for each, found in {**before, camera_id: userinfo}.items() if found}
            if kept == before:
                return
            fresh = self._path.with_suffix(".tmp")
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(kept, file)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._path)
