"""Looking through a camera for the doctor."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import cv2
import msgspec
import numpy as np
import pytest

from schemas.base import CameraId
from schemas.examination import Examine
from schemas.pipe.to_worker import SourceSpec
from tests.support.scene import outlook
from workers.examination import examine, main
from workers.sources import SourceError
from workers.sources.simulator import true_calibration
from workers.vision.frame import Frame, Image

pytestmark = pytest.mark.slow

CAMERA = CameraId("cam0")
SPEC = SourceSpec(camera_id=CAMERA, url="test:", fps=10)
FPS = 10


class Still:
    """A source that shows one picture, or breaks off; its frames are the ticks of a clock."""

    simulated = True

    def __init__(self, picture: Image | bytes | None, *, refuses: str = "") -> None:
        self._picture = picture
        self._refuses = refuses
        self.now_s = 0.0
        self.closed = False

    def clock(self) -> float:
        """Return the time of the last frame."""
        return self.now_s

    def open(self) -> None:
        """Refuse where asked to."""
        if self._refuses:
            raise SourceError(self._refuses)

    def next_s(self) -> float | None:
        """Return None: no frame is scheduled."""
        return None

    def read(self) -> Frame | None:
        """Show the picture."""
        self.now_s += 1 / FPS
        if self._picture is None:
            return None
        return Frame(self.now_s, jpeg=self._picture) if isinstance(self._picture, bytes) else Frame(self.now_s, pixels=self._picture)

    def close(self) -> None:
        """Note it."""
        self.closed = True


@pytest.fixture(scope="module")
def board() -> Image:
    """Show an empty board."""
    return outlook(1, 0).picture()


def test_a_good_camera_is_measured(board: Image) -> None:
    """Frame rate, brightness and sharpness are those of its pictures, and the board is found."""
    source = Still(board)
    seen = examine(Examine(source=SPEC, seconds=1.0), source, source.clock)

    assert seen.refusal == ""
    assert seen.frames_bad == 0
    assert 9 <= seen.fps <= 11
    assert abs(seen.brightness - cv2.cvtColor(board, cv2.COLOR_BGR2GRAY).mean()) < 0.1
    assert seen.board_px is not None
    assert seen.board_px < 1.0
    assert source.closed


@pytest.mark.parametrize(("shift_px", "kept"), [(0, True), (12, False)])
def test_a_calibration_is_compared_with_the_picture(board: Image, shift_px: int, kept: bool) -> None:  # noqa: FBT001
    """For one that fits a small residual is returned; after a push the picture is off by as much."""
    source = Still(np.roll(board, shift_px, axis=1))
    calibration = true_calibration(1, 0, 800, 600, CAMERA)
    seen = examine(Examine(source=SPEC, calibration=calibration, seconds=0.5), source, source.clock)
    moved_px = seen.moved_px if seen.moved_px is not None else 99.0

    assert (moved_px < 1.0) is kept


@pytest.mark.parametrize(
    ("source", "refusal"),
    [
        (lambda: Still(None, refuses="unplugged"), "unplugged"),
        (lambda: Still(None), "it delivers no readable picture"),
        (lambda: Still(b"no picture"), "it delivers no readable picture"),
    ],
)
def test_a_camera_without_pictures_says_why(source: Callable[[], Still], refusal: str) -> None:
    """Nothing is measured then."""
    still = source()
    seen = examine(Examine(source=SPEC, seconds=0.5), still, still.clock)

    assert seen.refusal.startswith(refusal)
    assert still.closed


def test_a_picture_without_a_board_says_so(board: Image) -> None:
    """The reason is that of the calibration."""
    source = Still(np.full_like(board, 90))
    seen = examine(Examine(source=SPEC, seconds=0.5), source, source.clock)

    assert (seen.board_px, bool(seen.no_board)) == (None, True)


def test_the_process_takes_json_and_answers_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A camera that is not there is an answer, and no failure of the process."""
    asked = Examine(source=SourceSpec(camera_id=CAMERA, url=f"recording:{tmp_path}/nowhere"))
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(msgspec.json.encode(asked))))
    status = main()

    assert status == 0
    assert "nowhere" in json.loads(capsys.readouterr().out)["refusal"]
