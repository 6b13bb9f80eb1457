"""One camera from a shell."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.pictures import HEIGHT, WIDTH, camera, sequence, write_recording
from tests.support.waiting import DEADLINE_S

ROOT = Path(__file__).resolve().parents[3]


def run_workers(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m workers`."""
    size = ["--width", str(WIDTH), "--height", str(HEIGHT)]
    command = [sys.executable, "-m", "workers", *arguments, *size]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=DEADLINE_S, check=False)


def test_messages_are_printed_as_json_lines(tmp_path: Path) -> None:
    """In lockstep a recording is played to its end at once; every line is a message with its kind."""
    folder = write_recording(tmp_path, {"cam0": camera(10)}, sequence("r1", 300, (0, {"cam0": "90.jpg"})))

    ran = run_workers("--url", f"recording:{folder}", "--camera-id", "cam0", "--lockstep")

    messages = [json.loads(line) for line in ran.stdout.splitlines()]
    assert (ran.returncode, ran.stderr) == (0, "")
    assert messages[0]["kind"] == "source_opened"
    assert messages[-1] == {"kind": "progress", "camera_id": "cam0", "t_s": 0.2, "next_s": None}


@pytest.mark.slow
def test_live_it_ends_with_the_recording(tmp_path: Path) -> None:
    """Without lockstep it plays in real time and ends when the recording does."""
    folder = write_recording(tmp_path, {"cam0": camera(10)}, sequence("r1", 300, (0, {"cam0": "90.jpg"})))

    ran = run_workers("--url", f"recording:{folder}", "--camera-id", "cam0")

    kinds = [json.loads(line)["kind"] for line in ran.stdout.splitlines()]
    assert ran.returncode == 0
    assert {"heartbeat", "source_opened", "camera_fault", "progress"} <= set(kinds)


def test_a_recording_that_cannot_be_read_is_reported(tmp_path: Path) -> None:
    """The fault says what is wrong, and the exit status is 1."""
    ran = run_workers("--url", f"recording:{tmp_path}/nowhere", "--camera-id", "cam0", "--lockstep")

    assert ran.returncode == 1
    assert "nowhere/recording.json: No such file" in ran.stdout
