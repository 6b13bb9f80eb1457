"""How the doctor judges cameras."""

from pathlib import Path

import msgspec
import pytest

from dartd.cli.camera_checks import assess_examined, assess_reported, camera_findings, examine_camera
from dartd.config import CameraConfig, Config
from schemas.examination import Examine, Examined

CAMERA = CameraConfig(id="left", url="/dev/v4l/by-path/x", fps=30)
GOOD = Examined(frames=60, fps=29.5, brightness=90, sharpness=0.06, moved_px=0.2)


def _worst(seen: Examined, *, calibrated: bool = True) -> tuple[str, str]:
    found = [each for each in assess_examined(CAMERA, seen, calibrated=calibrated) if each.verdict != "ok"]
    assert all(each.remedy for each in found)
    return (found[0].verdict, found[0].found) if found else ("ok", "")


@pytest.mark.parametrize(
    ("change", "verdict", "words"),
    [
        ({}, "ok", ""),
        ({"fps": 12.0}, "warn", "too few frames"),
        ({"frames_bad": 3}, "bad", "3 of 60 images are broken"),
        ({"brightness": 12.0}, "warn", "too dark"),
        ({"brightness": 230.0}, "warn", "too bright"),
        ({"bright_share": 0.4}, "warn", "too bright"),
        ({"sharpness": 0.02}, "warn", "blurred"),
        ({"sharpness": 0.005}, "bad", "blurred"),
        ({"moved_px": 5.0}, "warn", "has moved by 5.0 px"),
        ({"moved_px": None, "board_px": 0.3}, "ok", ""),
        ({"moved_px": None, "no_board": "no rings"}, "bad", "not calibrated: no rings"),
        ({"refusal": "cannot be opened; is it plugged in?"}, "bad", "cannot be opened"),
    ],
)
def test_each_weakness_is_named_with_its_remedy(change: dict[str, object], verdict: str, words: str) -> None:
    """What is seen is judged; what is good needs no words."""
    assert _worst(msgspec.structs.replace(GOOD, **change)) == (verdict, words)


@pytest.mark.parametrize(
    ("reported", "verdict"),
    [
        ({"state": "ready", "fps": 29.0, "faults": []}, "ok"),
        ({"state": "ready", "fps": 8.0, "faults": ["slow"]}, "warn"),
        ({"state": "ready", "fps": 29.0, "faults": ["exposure"]}, "warn"),
        ({"state": "offline", "fps": 0.0, "faults": ["camera_gone"]}, "bad"),
        (None, "skipped"),
    ],
)
def test_report_of_a_running_daemon_is_used(reported: dict[str, object] | None, verdict: str) -> None:
    """The daemon holds its cameras then: no other process can open them."""
    assert assess_reported(CAMERA, reported).verdict == verdict
    health = None if reported is None else {"components": {"cameras": {"left": reported}}}
    assert [each.verdict for each in camera_findings(Config(cameras=(CAMERA,)), health, running=True)] == [verdict]


def test_a_camera_that_is_not_there_is_looked_for_by_a_process_of_its_own(tmp_path: Path) -> None:
    """Its refusal comes through, with its way out."""
    camera = CameraConfig(id="left", url=f"recording:{tmp_path}/nowhere")
    found = list(camera_findings(Config(state_dir=str(tmp_path), cameras=(camera,)), None, running=False))

    assert [(each.check, each.verdict) for each in found] == [("camera left", "bad")]
    assert f"{tmp_path}/nowhere" in found[0].found


def test_a_look_that_goes_wrong_is_a_refusal() -> None:
    """A process that ends without an answer is reported with its last output."""
    seen = examine_camera(Examine(source=CameraConfig(id="left", url="nonsense:").source))

    assert "names no source" in seen.refusal
