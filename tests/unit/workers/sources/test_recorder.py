"""Writing one camera's pictures."""

import json
from pathlib import Path

import cv2
import pytest

from tests.support.recordings import HEIGHT, WIDTH, write_recording
from workers.sources.recorder import main


def _options(source: Path, out: Path, seconds: float) -> list[str]:
    return [
        f"--out={out}",
        f"--url=recording:{source}",
        "--camera-id=cam0",
        f"--width={WIDTH}",
        f"--height={HEIGHT}",
        f"--seconds={seconds}",
    ]


def _level(path: Path) -> int:
    picture = cv2.imread(str(path))
    assert picture is not None
    return round(float(picture.mean()))


def test_each_picture_is_written_and_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every picture that is no repeat is a file, printed with its time; the end of the time is the end."""
    write_recording(tmp_path, [[10, 60, 110]], still_ms=200)

    status = main(_options(tmp_path, tmp_path, 0.5))

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert status == 0
    assert [(line["file"], round(line["t_ms"], -1)) for line in lines] == [
        ("000000_cam0.jpg", 0),
        ("000001_cam0.jpg", 200),
        ("000002_cam0.jpg", 400),
    ]
    assert [_level(tmp_path / line["file"]) for line in lines] == [10, 60, 110]


def test_broken_picture_is_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A picture that cannot be decoded is not written; the next one is."""
    write_recording(tmp_path, [[10, 60]], still_ms=200)
    (tmp_path / "10.jpg").write_bytes(b"no picture")

    status = main(_options(tmp_path, tmp_path, 0.4))

    assert (status, len(capsys.readouterr().out.splitlines())) == (0, 1)


def test_camera_that_cannot_be_opened_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The reason goes to stderr, the status is 1."""
    status = main(_options(tmp_path / "nothing", tmp_path, 0.4))

    assert status == 1
    assert "recording.json" in capsys.readouterr().err
