"""The pictures of throws on the disk: camera processes write them, people see them, and the oldest go."""

import re
import shutil
from pathlib import Path
from typing import NamedTuple, get_args

from schemas.base import CameraId, DartId
from schemas.pipe.to_worker import ImageKind

THROW_BYTES = 1_000_000  # all cameras together
KINDS: tuple[ImageKind, ...] = get_args(ImageKind)

_NAME = re.compile(r"[\w-]{1,64}")


class Kept(NamedTuple):
    """How many throws have pictures, and how many bytes these take."""

    throws: int
    size_bytes: int


def image_path(throw_id: DartId | str, camera_id: CameraId | str, kind: ImageKind) -> str:
    """Name the address of a picture."""
    return f"/api/v1/throws/{throw_id}/images/{camera_id}/{kind}"


class Images:
    """A folder with a folder for each throw. Everything here blocks."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, throw_id: str, camera_id: str, kind: str) -> bytes | None:
        """Read a picture; None when there is none."""
        if kind not in KINDS or not _NAME.fullmatch(throw_id) or not _NAME.fullmatch(camera_id):
            return None
        try:
            return (self.folder / throw_id / f"{camera_id}-{kind}.jpg").read_bytes()
        except OSError:
            return None

    def of(self, throw_id: str) -> tuple[str, ...]:
        """List the addresses of a throw's pictures."""
        return tuple(image_path(throw_id, camera_id, kind) for camera_id, kind in self.names(throw_id))

    def names(self, throw_id: str) -> tuple[tuple[str, ImageKind], ...]:
        """List the cameras and kinds of a throw's pictures."""
        if not _NAME.fullmatch(throw_id):
            return ()
        named = (path.stem.rpartition("-") for path in (self.folder / throw_id).glob("*.jpg"))
        found = {(camera_id, kind) for camera_id, _, kind in named}
        cameras = sorted({camera_id for camera_id, _ in found})
        return tuple((camera_id, kind) for camera_id in cameras for kind in KINDS if (camera_id, kind) in found)

    def latest(self, camera_id: str) -> bytes | None:
        """Read the newest picture that a camera took when a dart was in the board; None when there is none."""
        if not _NAME.fullmatch(camera_id):
            return None
        newest = max(self.folder.glob(f"*/{camera_id}-after.jpg"), key=_written_s, default=None)
        return None if newest is None else self.read(newest.parent.name, camera_id, "after")

    def free_bytes(self) -> int:
        """Return the free space of the disk."""
        folder = self.folder
        while not folder.exists() and folder != folder.parent:
            folder = folder.parent
        return shutil.disk_usage(folder).free

    def prune(self, *, oldest_s: float, most_old: int, most_bytes: int, spare_bytes: int = 0) -> Kept:
        """Delete the oldest throws' pictures, and return what is left.

        Deleted are up to `most_old` throws that were written before `oldest_s` (seconds since 1970), and as many as it takes to keep
        `most_bytes` and to free `spare_bytes`.
        """
        throws = sorted(_weigh(path) for path in _folders(self.folder))  # oldest first
        size_bytes = sum(weight_bytes for _, weight_bytes, _ in throws)
        limit_bytes = min(most_bytes, size_bytes - spare_bytes)
        kept = len(throws)
        for k, (at_s, weight_bytes, path) in enumerate(throws):
            if not (size_bytes > limit_bytes or (at_s < oldest_s and k < most_old)):
                break
            shutil.rmtree(path, ignore_errors=True)
            kept, size_bytes = kept - 1, size_bytes - weight_bytes
        return Kept(kept, size_bytes)


class ThrowImages:
    """The images of throws in a state directory: those that are deleted by age, and those that are kept with a verdict."""

    def __init__(self, state_path: Path) -> None:
        self._folders = (Images(state_path / "images"), Images(state_path / "feedback"))

    def read(self, throw_id: str, camera_id: str, kind: str) -> bytes | None:
        """Read an image; None if there is none."""
        return next((image for each in self._folders if (image := each.read(throw_id, camera_id, kind)) is not None), None)

    def of(self, throw_id: str) -> tuple[str, ...]:
        """List the addresses of a throw's images."""
        return next((found for each in self._folders if (found := each.of(throw_id))), ())

    def names(self, throw_id: str) -> tuple[tuple[str, ImageKind], ...]:
        """List the cameras and kinds of a throw's images."""
        return next((found for each in self._folders if (found := each.names(throw_id))), ())


def _folders(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_dir()] if folder.is_dir() else []


def _written_s(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _weigh(folder: Path) -> tuple[float, int, Path]:
    """Return when a throw's pictures were written, and how large they are; a camera may be writing meanwhile."""
    size_bytes = 0
    for path in folder.iterdir():
        try:
            size_bytes += path.stat().st_size
        except FileNotFoundError:
            continue
    return folder.stat().st_mtime, size_bytes, folder
