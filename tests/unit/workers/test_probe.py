"""Size and frame rate of a camera that is not known yet."""

import io
import sys
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from schemas.base import CameraId
from schemas.examination import Probe, Probed
from schemas.pipe.to_worker import SourceSpec
from tests.support.recordings import HEIGHT, WIDTH, write_recording
from workers.probe import main, probe

CAMERA = CameraId("cam0")


def _asked(url: str, *sizes: tuple[int, int]) -> Probe:
    return Probe(source=SourceSpec(camera_id=CAMERA, url=url, fps=5), sizes=sizes)


@pytest.mark.slow
def test_the_first_size_that_works_is_found(tmp_path: Path) -> None:
    """A camera refuses sizes that it does not have."""
    write_recording(tmp_path, [[10, 200]], cameras=1, still_ms=5000, fps=5)
    found = probe(_asked(f"recording:{tmp_path}", (1280, 720), (WIDTH, HEIGHT), (640, 480)))

    assert (found.refusal, found.width, found.height) == ("", WIDTH, HEIGHT)
    assert 3 <= found.fps <= 8


def test_one_picture_is_taken_instead(tmp_path: Path) -> None:
    """To recognise the camera."""
    write_recording(tmp_path, [[10, 200]], cameras=1, still_ms=5000, fps=5)
    found = probe(msgspec.structs.replace(_asked(f"recording:{tmp_path}", (WIDTH, HEIGHT)), picture=True))

    assert (found.refusal, found.width, found.jpeg[:2]) == ("", WIDTH, b"\xff\xd8")


@pytest.mark.parametrize("url", ["/dev/video-that-is-not-there", "rtsp://127.0.0.1:9/nothing", "odd:thing"])
def test_a_camera_that_cannot_be_opened_has_a_reason(url: str) -> None:
    """The sentence is the one of its source."""
    assert probe(_asked(url, (640, 480))).refusal != ""


def test_request_and_answer_are_json(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """They go through stdin and stdout."""
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(msgspec.json.encode(_asked("/dev/none", (640, 480))))))
    status = main()

    assert status == 0
    assert "no such camera" in msgspec.json.decode(capsys.readouterr().out, type=Probed).refusal
