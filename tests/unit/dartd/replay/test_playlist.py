"""What the daemon reads of a recording."""

import json
from pathlib import Path

import pytest

from dartd.errors import RecordingError
from dartd.replay.playlist import Playlist
from schemas.base import CameraId


def _record(folder: Path) -> Path:
    document = {
        "version": 1,
        "cameras": {"cam0": {"width": 80, "height": 60, "near_sector": 18}, "cam1": {"width": 64, "height": 48, "fps": 5}},
        "sequences": [
            {"id": "a", "end_ms": 3000, "frames": [{"t_ms": 0, "files": {"cam0": "a.jpg"}}]},
            {"id": "b", "end_ms": 500.5, "frames": []},
            {"id": "c", "end_ms": 1000, "frames": []},
        ],
    }
    (folder / "recording.json").write_text(json.dumps(document))
    return folder


def test_cameras_come_from_the_recording(tmp_path: Path) -> None:
    """Each camera is a source with the size, rate and hint that the recording names."""
    playlist = Playlist.load(_record(tmp_path))

    sources = [(s.camera_id, s.url, s.width, s.height, s.fps, s.near_sector) for s in playlist.sources]

    assert sources == [("cam0", f"recording:{tmp_path}", 80, 60, 30.0, 18), ("cam1", f"recording:{tmp_path}", 64, 48, 5.0, None)]


@pytest.mark.parametrize(
    ("at_s", "expected"),
    [(-1.0, (None, -1000.0)), (0.0, ("a", 0.0)), (2.9999, ("a", 2999.9)), (3.0, ("b", 0.0)), (3.5005, ("c", 0.0)), (99.0, ("c", 95499.5))],
)
def test_sequences_lie_end_to_end(tmp_path: Path, at_s: float, expected: tuple[str | None, float]) -> None:
    """A time on the one clock is a sequence and the milliseconds since it began; the last one has no end."""
    playlist = Playlist.load(_record(tmp_path))

    place = playlist.position(at_s)

    assert place == expected
    assert playlist.duration_s == 4.5005


def test_camera_can_be_left_out(tmp_path: Path) -> None:
    """A camera that is left out is no source."""
    playlist = Playlist.load(_record(tmp_path), without=[CameraId("cam0")])

    assert [source.camera_id for source in playlist.sources] == ["cam1"]


@pytest.mark.parametrize(
    ("without", "reason"),
    [(["cam7"], "has no camera cam7: it has cam0, cam1"), (["cam0", "cam1"], "no camera of .* is left")],
)
def test_wrong_choice_of_cameras_is_refused(tmp_path: Path, without: list[str], reason: str) -> None:
    """Leaving out what is not there, or everything, is refused with what there is."""
    _record(tmp_path)

    with pytest.raises(RecordingError, match=reason):
        Playlist.load(tmp_path, without=[CameraId(camera) for camera in without])


@pytest.mark.parametrize("document", [None, b"", b"[]", b'{"version": 2, "cameras": {}, "sequences": []}', b"\xff"])
def test_recording_that_cannot_be_read_is_named(tmp_path: Path, document: bytes | None) -> None:
    """A folder without a readable recording is refused with the file's name."""
    if document is not None:
        (tmp_path / "recording.json").write_bytes(document)

    with pytest.raises(RecordingError, match=r"recording\.json"):
        Playlist.load(tmp_path)
