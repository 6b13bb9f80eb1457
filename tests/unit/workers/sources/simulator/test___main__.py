"""Tests of the command line of the simulator."""

import json
from pathlib import Path

import pytest

from workers.sources.simulator.__main__ import main


def test_the_truth_is_written(tmp_path: Path) -> None:
    """`--truth` writes the story's truth."""
    status = main(["--url", "sim:?story=tc8_2&seed=3", "--truth", str(tmp_path / "truth.json")])

    assert status == 0
    assert len(json.loads((tmp_path / "truth.json").read_text())["sequences"]["tc8_2"]["visits"]) == 3


@pytest.mark.slow
def test_a_recording_is_written(tmp_path: Path) -> None:
    """`--record` writes frames of all cameras, the recording and its truth."""
    status = main(
        [
            "--url",
            "sim:?story=tc8_8&seed=3",
            "--record",
            str(tmp_path),
            "--seconds",
            "14",
            "--fps",
            "2",
            "--width",
            "160",
            "--height",
            "120",
        ]
    )
    recording = json.loads((tmp_path / "recording.json").read_text())
    frames = recording["sequences"][0]["frames"]

    assert status == 0
    assert recording["sequences"][0]["end_ms"] == 13500
    assert len(frames) == 27
    assert all((tmp_path / name).stat().st_size > 500 for f in frames for name in f["files"].values())
    assert set(recording["cameras"]) == {"cam0", "cam1", "cam2"}
    assert json.loads((tmp_path / "truth.json").read_text())["sequences"]["tc8_8"]["end_ms"] == 13500


def test_cameras_are_described(capsys: pytest.CaptureFixture[str]) -> None:
    """`--describe` prints a line for each camera."""
    main(["--url", "sim:?rig=1", "--describe"])

    assert capsys.readouterr().out.count("near sector") == 3


def test_a_wrong_address_ends_with_its_reason(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit status 2 and one line that names the mistake."""
    assert main(["--url", "sim:?story=x", "--describe"]) == 2
    assert "no story" in capsys.readouterr().err
