"""Recordings and exports in the folders of a directory, as data sets."""

import csv
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from dartd.store.timestamps import timestamp_of
from schemas.api.catalog import Dataset, DatasetSpan
from schemas.recording import decode_recording

MEDIA_TYPE: Final = "application/zip"
_MOST_FOLDERS: Final = 500
_NAME_CHARACTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.")
_CHUNK: Final = 256 * 1024


class _Export(msgspec.Struct):
    """What is read of an `export.json`."""

    throws: int
    images: int
    beds: int
    splits: dict[str, int]


_export_json = msgspec.json.Decoder(_Export)


class DataFolder(NamedTuple):
    """A folder that is a data set."""

    path: Path
    dataset: Dataset


class DataFolders(NamedTuple):
    """The folders by the id of their data set, and those that are none, each with the reason."""

    found: Mapping[str, DataFolder]
    problems: Mapping[str, str]


def read_folders(directory: Path, address: str) -> DataFolders:
    """Return the data sets of a directory; blocks. `address` is the path of the data sets in the API."""
    found: dict[str, DataFolder] = {}
    problems: dict[str, str] = {}
    paths = sorted(path for path in directory.iterdir() if not path.name.startswith(".")) if directory.is_dir() else []
    for path in paths[:_MOST_FOLDERS]:
        if path.is_symlink() or not path.is_dir() or not _NAME_CHARACTERS.issuperset(path.name):
            problems[path.name] = "not a folder, or its name has other characters than letters, digits, - _ and ."
            continue
        try:
            dataset = _recording(path, address) if (path / "recording.json").is_file() else _export(path, address)
        except (OSError, ValueError, csv.Error, RecursionError) as error:
            problems[path.name] = f"neither a recording nor an export: {error}"
        else:
            found[dataset.dataset_id] = DataFolder(path, dataset)
    return DataFolders(found, problems)


def _recording(path: Path, address: str) -> Dataset:
    recording = decode_recording(_own_file(path, "recording.json").read_bytes())
    frames = sum(len(sequence.frames) for sequence in recording.sequences)
    cameras = {camera: f"{each.width}x{each.height}" for camera, each in recording.cameras.items()}
    counts = {"cameras": len(cameras), "sequences": len(recording.sequences), "frames": frames}
    seconds = sum(sequence.end_ms for sequence in recording.sequences) / 1000
    shown = ", ".join(f"{camera} {size}" for camera, size in cameras.items())
    schema = {"recording.json": tuple(type(recording).__struct_fields__)}
    return _dataset(
        path, "recording", f"Pictures of {shown}", DatasetSpan(since=None, until=None, seconds=seconds), counts, schema, address
    )


def _export(path: Path, address: str) -> Dataset:
    described = _export_json.decode(_own_file(path, "export.json").read_bytes())
    counts = {"throws": described.throws, "images": described.images, "beds": described.beds, **described.splits}
    schema: dict[str, tuple[str, ...]] = {}
    times: list[str] = []
    for name in ("throws.csv", "images.csv"):
        with _own_file(path, name).open(encoding="utf-8", newline="") as lines:
            rows = csv.DictReader(lines)
            schema[name] = tuple(rows.fieldnames or ())
            times += [row["timestamp"] for row in rows if row.get("timestamp")] if name == "throws.csv" else []
    span = DatasetSpan(since=min(times, default=None), until=max(times, default=None), seconds=None)
    return _dataset(path, "export", "Verified throws with their images", span, counts, schema, address)


def _own_file(path: Path, name: str) -> Path:
    """Return a file of a folder.

    Raises:
        ValueError: it is a link: a folder from elsewhere may have links to files of the machine.
    """
    if (path / name).is_symlink():
        raise ValueError(f"{name} is a link")
    return path / name


def _dataset(path: Path, kind: Any, description: str, span: DatasetSpan, counts: Any, schema: Any, address: str) -> Dataset:
    dataset_id = f"{kind}-{path.name}"
    return Dataset(
        dataset_id=dataset_id,
        kind=kind,
        name=path.name,
        description=description,
        created_at=timestamp_of((path / f"{kind}.json").stat().st_mtime),
        span=span,
        counts=counts,
        schema=schema,
        size_bytes=sum(file.stat().st_size for file in _files(path)),
        media_type=MEDIA_TYPE,
        download=f"{address}/{dataset_id}/download",
    )


def _files(path: Path) -> list[Path]:
    return [file for file in sorted(path.rglob("*")) if file.is_file() and not file.is_symlink()]


class _Sink:
    """What a zip file is written to; it cannot be read again, so that nothing of it is kept."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        """Take a part."""
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Do nothing."""

    def take(self) -> bytes:
        """Return what was written since the last call."""
        parts, self._parts = self._parts, []
        return b"".join(parts)


def zipped(path: Path) -> Iterator[bytes]:
    """Yield a folder as a zip file, part by part; blocks. Pictures are compressed already, so that nothing else is."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:  # type: ignore[call-overload]  # it may be written to only
        for file in _files(path):
            with file.open("rb") as source, archive.open(f"{path.name}/{file.relative_to(path)}", "w", force_zip64=True) as target:
                while part := source.read(_CHUNK):
                    target.write(part)
                    yield sink.take()
    yield sink.take()
