"""Recording cameras into a folder that can be played."""

import asyncio
from pathlib import Path

import pytest

from dartd.errors import RecordingError
from dartd.replay.playlist import Playlist
from dartd.replay.recorder import record, recording_of
from schemas.base import CameraId
from schemas.pipe.to_worker import SourceSpec
from schemas.recording import decode_recording
from tests.support.recordings import HEIGHT, WIDTH, write_recording

CAM0, CAM1 = (SourceSpec(camera_id=CameraId(name), url="", width=160, height=120, near_sector=7) for name in ("cam0", "cam1"))


@pytest.mark.slow
async def test_recorded_cameras_can_be_played(tmp_path: Path) -> None:
    """Real cameras' processes write their pictures, and what comes out is a recording with all of them."""
    source = tmp_path / "source"
    source.mkdir()
    write_recording(source, [[10, 60, 110, 160]], still_ms=250)
    playlist = await asyncio.to_thread(Playlist.load, source)

    count = await record(playlist.sources, tmp_path / "out", 1.0)

    written = await asyncio.to_thread((tmp_path / "out" / "recording.json").read_bytes)
    recording = decode_recording(written)
    assert [(camera.width, camera.height) for camera in recording.cameras.values()] == [(WIDTH, HEIGHT)] * 2
    assert count == sum(len(frame.files) for frame in recording.sequences[0].frames) == 8
    assert all((tmp_path / "out" / file).stat().st_size for frame in recording.sequences[0].frames for file in frame.files.values())


async def test_camera_that_cannot_be_read_is_reported_with_its_reason(tmp_path: Path) -> None:
    """A camera that is not there ends the recording with the reason that its process gave."""
    source = SourceSpec(camera_id=CameraId("cam0"), url="/dev/v4l/by-path/nothing")

    with pytest.RaisesGroup(pytest.RaisesExc(RecordingError, match="nothing: no such camera")):
        await record([source], tmp_path / "out", 1.0)


async def test_recording_is_not_overwritten(tmp_path: Path) -> None:
    """A folder that holds a recording is left alone."""
    write_recording(tmp_path, [[10]])

    with pytest.raises(RecordingError, match="holds a recording already"):
        await record([CAM0], tmp_path, 1.0)


def test_pictures_are_put_together_by_their_times() -> None:
    """Pictures of one moment stand together, all of them in order of time."""
    taken = {
        CameraId("cam0"): [{"t_ms": 0.0, "file": "a"}, {"t_ms": 50.0, "file": "b"}],
        CameraId("cam1"): [{"t_ms": 0.0, "file": "c"}, {"t_ms": 33.3, "file": "d"}],
    }

    document = recording_of([CAM0, CAM1], taken, 2.0)

    assert document["cameras"]["cam1"] == {"width": 160, "height": 120, "fps": 30.0, "near_sector": 7}
    assert document["sequences"] == [
        {
            "id": "r001",
            "end_ms": 2000,
            "frames": [
                {"t_ms": 0.0, "files": {"cam0": "a", "cam1": "c"}},
                {"t_ms": 33.3, "files": {"cam1": "d"}},
                {"t_ms": 50.0, "files": {"cam0": "b"}},
            ],
        }
    ]


def test_camera_without_pictures_is_reported() -> None:
    """A recording with a camera that gave nothing is no recording."""
    with pytest.raises(RecordingError, match="cam1 gave no picture"):
        recording_of([CAM0, CAM1], {CameraId("cam0"): [{"t_ms": 0.0, "file": "a"}]}, 2.0)
