"""Picking a source by its URL."""

import subprocess
import sys
from pathlib import Path

import pytest

from schemas.base import CameraId
from schemas.pipe.to_worker import SourceSpec
from workers.sources import SourceError, open_source

ROOT = Path(__file__).resolve().parents[4]


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("/dev/v4l/by-path/usb-video-index0", "CameraSource"),
        ("v4l2:/dev/video0", "CameraSource"),
        ("rtsp://camera/stream", "StreamSource"),
        ("http://camera/video.mjpg", "StreamSource"),
        ("https://camera/video.mjpg", "StreamSource"),
        ("file:/tmp/throw.mp4", "StreamSource"),
        ("recording:/tmp/throws", "RecordingSource"),
        ("sim:?rig=1&seed=7&story=demo&camera=0", "SimulatorSource"),
    ],
)
def test_the_scheme_picks_the_source(url: str, name: str) -> None:
    """Each kind of URL gives its kind of source, not opened yet."""
    source = open_source(SourceSpec(camera_id=CameraId("cam0"), url=url), lockstep=False, start_s=0.0)

    assert type(source).__name__ == name
    assert source.simulated == (name == "SimulatorSource")


@pytest.mark.parametrize("url", ["", "0", "video0", "ftp://camera/", "throw.mp4"])
def test_a_url_that_names_no_source_is_refused_with_the_way_out(url: str) -> None:
    """An unknown scheme is reported together with the known ones."""
    with pytest.raises(SourceError, match=r"names no source; write /dev/v4l/by-path/…, rtsp"):
        open_source(SourceSpec(camera_id=CameraId("cam0"), url=url), lockstep=False, start_s=0.0)


def test_only_the_module_of_that_source_is_loaded() -> None:
    """A worker with a USB camera does not carry the simulator."""
    program = (
        "import sys; from schemas.pipe.to_worker import SourceSpec; from workers.sources import open_source;"
        "open_source(SourceSpec(camera_id='c', url='/dev/video0'), lockstep=False, start_s=0.0);"
        "print([m for m in sys.modules if m.startswith('workers.sources.')])"
    )

    loaded = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert "camera" in loaded
    assert "simulator" not in loaded
    assert "recording" not in loaded
