"""Calibrating from picture files."""

import tomllib
from pathlib import Path

import cv2
import msgspec
import numpy as np
import pytest

from schemas.geometry import Calibration
from tests.support.chessboard import chessboard_picture
from tests.support.scene import outlook
from workers.calibration import REFUSED, UNREADABLE, main
from workers.vision.calibration.points import ANGLES_RAD

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a picture of an empty board."""
    path = tmp_path_factory.mktemp("pictures") / "empty.png"
    cv2.imwrite(str(path), outlook(1, 0).picture())
    return path


def test_a_calibration_goes_out_and_comes_in(picture: Path, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    """What was written as JSON is checked against the picture and comes out the same; the overlay is a picture of the same size."""
    out, overlay = tmp_path / "cam0.json", tmp_path / "overlay.jpg"
    taken = main([str(picture), "--camera-id", "cam0", "--out", str(out), "--overlay", str(overlay)])
    checked = main([str(picture), "--check", str(out)])
    drawn: object = cv2.imread(str(overlay))

    assert (taken, checked) == (0, 0)
    assert msgspec.json.decode(capsysbinary.readouterr().out, type=Calibration) == msgspec.json.decode(out.read_bytes(), type=Calibration)
    assert isinstance(drawn, np.ndarray)
    assert drawn.shape == (600, 800, 3)


def test_a_calibration_that_does_not_fit_is_refused(picture: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A calibration of another place or size is refused with how far it is off."""
    out, other, small = tmp_path / "cam0.json", tmp_path / "other.png", tmp_path / "small.png"
    pixels = outlook(1, 0).picture()
    moved = cv2.warpAffine(pixels, np.array([[1, 0, 6], [0, 1, 0]], np.float32), (800, 600), borderMode=cv2.BORDER_REPLICATE)
    cv2.imwrite(str(other), moved)
    cv2.imwrite(str(small), pixels[:300, :400])
    main([str(picture), "--out", str(out)])

    assert main([str(other), "--check", str(out)]) == REFUSED
    assert "px off its position" in capsys.readouterr().err
    assert main([str(small), "--check", str(out)]) == REFUSED
    assert "the picture 400x300" in capsys.readouterr().err


def test_what_cannot_be_read_is_named(picture: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is no picture, pictures of two sizes and a calibration that is none end with status 2."""
    broken, small = tmp_path / "broken.jpg", tmp_path / "small.png"
    broken.write_bytes(b"no picture")
    cv2.imwrite(str(small), np.zeros((60, 80, 3), np.uint8))

    assert main([str(broken)]) == UNREADABLE
    assert "broken.jpg" in capsys.readouterr().err
    assert main([str(picture), str(small)]) == UNREADABLE
    assert main([str(picture), "--check", str(broken)]) == UNREADABLE
    assert main([str(small)]) == REFUSED


def test_a_lens_comes_out_as_the_configuration_takes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Pictures of a chessboard give lines for the configuration; a picture without it is named, and too few are refused."""
    tilts = ((0.0, 0.0), (0.5, 0.0), (-0.5, 0.1), (0.1, 0.5), (0.0, -0.5), (0.35, 0.35))
    paths = [tmp_path / f"{n}.png" for n in range(len(tilts) + 1)]
    for path, tilt in zip(paths, tilts, strict=False):
        cv2.imwrite(str(path), chessboard_picture(600.0, (400.0, 300.0), (-0.1, 0.0, 0.0, 0.0), tilt, (10.0, -5.0)))
    cv2.imwrite(str(paths[-1]), np.full((600, 800, 3), 90, np.uint8))
    found = main(["--lens", *map(str, paths)])
    written = capsys.readouterr()

    assert found == 0
    assert tomllib.loads(written.out)["cameras"]["lens"]["focal_px"] == pytest.approx(600.0, rel=0.005)
    assert f"in 6 pictures; put these lines below the camera in the configuration; no whole chessboard in {paths[-1]}" in written.err
    assert main(["--lens", *map(str, paths[3:])]) == REFUSED
    assert "take at least 5 pictures" in capsys.readouterr().err


def test_points_are_taken_from_the_command_line(picture: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Four pixels lead to the same calibration as looking for the board does; what is no pixel, or no board, is refused."""
    clicked = outlook(1, 0).projection.project(170.0 * np.column_stack([np.cos(ANGLES_RAD), np.sin(ANGLES_RAD), np.zeros(4)]))
    found, pointed = tmp_path / "found.json", tmp_path / "pointed.json"
    main([str(picture), "--out", str(found)])
    done = main([str(picture), "--out", str(pointed), "--points", " ".join(f"{x:.0f},{y:.0f}" for x, y in clicked)])
    one, other = (msgspec.json.decode(path.read_bytes(), type=Calibration) for path in (found, pointed))

    assert done == 0
    assert other.translation_mm == pytest.approx(one.translation_mm, abs=1.0)
    assert main([str(picture), "--points", "1,1 2,2 3,3"]) == REFUSED
    assert "3 points are given: name four" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main([str(picture), "--points", "here there"])
