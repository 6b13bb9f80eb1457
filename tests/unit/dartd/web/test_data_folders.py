"""Recordings and exports as data sets."""

import io
import json
import zipfile
from pathlib import Path

import pytest

from dartd.web.data_folders import read_folders, zipped


def make_folders(directory: Path) -> None:
    """Write a recording, an export, and what is neither."""
    recording, export = directory / "evening", directory / "set-1"
    for path in (recording, export / "train", directory / "other", directory / "no folder"):
        path.mkdir(parents=True)
    frames = [{"t_ms": 0, "files": {"cam0": "a.png"}}, {"t_ms": 500, "files": {}}]
    described = {
        "version": 1,
        "cameras": {"cam0": {"width": 800, "height": 600}},
        "sequences": [{"id": "1", "end_ms": 1500, "frames": frames}],
    }
    (recording / "recording.json").write_text(json.dumps(described))
    (recording / "a.png").write_bytes(b"picture")
    (recording / "link.png").symlink_to("/etc/hostname")
    done = {"throws": 2, "images": 1, "beds": 1, "splits": {"train": 2, "validation": 0, "test": 0}}
    (export / "export.json").write_text(json.dumps(done))
    (export / "throws.csv").write_text("throw_id,label,timestamp\nd1,T20,2026-11-01T10:00:00.000Z\nd2,T20,2026-11-03T10:00:00.000Z\n")
    (export / "images.csv").write_text("image,throw_id\ntrain/1.jpg,d1\n")
    (export / "train/1.jpg").write_bytes(b"jpeg")
    (directory / "link").symlink_to(recording)


def test_folders_are_described(tmp_path: Path) -> None:
    """With counts, span, columns and size; links are not followed; what is neither is named with the reason."""
    make_folders(tmp_path)
    found = read_folders(tmp_path, "/sets")
    evening, export = found.found["recording-evening"].dataset, found.found["export-set-1"].dataset

    assert (evening.counts, evening.span.seconds) == ({"cameras": 1, "sequences": 1, "frames": 2}, 1.5)
    assert evening.size_bytes == 7 + len((tmp_path / "evening/recording.json").read_bytes())
    assert (export.counts["throws"], export.span.since, export.span.until) == (2, "2026-11-01T10:00:00.000Z", "2026-11-03T10:00:00.000Z")
    assert export.schema == {"throws.csv": ("throw_id", "label", "timestamp"), "images.csv": ("image", "throw_id")}
    assert export.download == "/sets/export-set-1/download"
    assert set(found.problems) == {"other", "no folder", "link"}
    assert read_folders(tmp_path / "none", "/sets") == ({}, {})


_EXPORT = {"throws": 1, "images": 1, "beds": 1, "splits": {}}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("export.json", json.dumps({**_EXPORT, "splits": []})),
        ("export.json", json.dumps({**_EXPORT, "throws": float("inf")})),
        ("export.json", json.dumps(["throws"])),
        ("export.json", '{"splits": ' + "[" * 100_000 + "]" * 100_000 + "}"),
        ("export.json", "\ud800"),
        ("recording.json", '{"sequences": ' + "[" * 100_000 + "]" * 100_000 + "}"),
        ("throws.csv", '"' + "x" * 200_000 + '"\n'),
        ("images.csv", "\udcff"),
    ],
)
def test_a_folder_that_cannot_be_read_is_a_problem(tmp_path: Path, name: str, content: str) -> None:
    """Whatever is wrong with it: the other data sets are listed all the same."""
    make_folders(tmp_path)
    (tmp_path / "set-1" / name).write_text(content, errors="surrogateescape" if "\udcff" in content else "replace")
    found = read_folders(tmp_path, "/sets")

    assert set(found.found) == {"recording-evening"}
    assert "set-1" in found.problems


@pytest.mark.parametrize("name", ["export.json", "throws.csv", "images.csv"])
def test_a_file_that_is_a_link_is_not_read(tmp_path: Path, name: str) -> None:
    """Its first line would be shown as the names of columns."""
    make_folders(tmp_path)
    linked = tmp_path / "set-1" / name
    linked.rename(tmp_path / "elsewhere")
    linked.symlink_to(tmp_path / "elsewhere")

    assert read_folders(tmp_path, "/sets").problems["set-1"].endswith(f"{name} is a link")


def test_a_folder_becomes_a_zip_file(tmp_path: Path) -> None:
    """Whole, and without what lies elsewhere."""
    make_folders(tmp_path)
    with zipfile.ZipFile(io.BytesIO(b"".join(zipped(tmp_path / "evening")))) as archive:
        names, picture, fault = archive.namelist(), archive.read("evening/a.png"), archive.testzip()

    assert (names, picture, fault) == (["evening/a.png", "evening/recording.json"], b"picture", None)
