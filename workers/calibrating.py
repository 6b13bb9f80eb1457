"""Calibrate from picture files: `python -m workers.calibrating`, what `dartd calibrate` runs."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import cv2
import msgspec
import numpy as np

from schemas.base import CameraId
from schemas.board import BoardSpec
from schemas.geometry import Calibration
from workers.vision.calibration import CalibrationRefusedError, calibrate, verify
from workers.vision.calibration.chessboard import lens_of
from workers.vision.calibration.overlay import draw_overlay
from workers.vision.calibration.points import NAMES, Points
from workers.vision.frame import Image
from workers.vision.locator import KEPT_PX

REFUSED, UNREADABLE = 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Calibrate, or check a calibration, as the command line asks; 1 when it is refused, 2 when a file cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m workers.calibrating", description=__doc__)
    parser.add_argument("pictures", nargs="+", type=Path, help="of the empty board, all of one camera; the median of several is used")
    parser.add_argument("--camera-id", default="cam0")
    parser.add_argument("--near-sector", type=int, choices=range(1, 21), metavar="SECTOR", help="where the number ring cannot be read")
    parser.add_argument("--board", type=str, default="{}", help="the rings as JSON, where they are not the usual ones")
    parser.add_argument("--out", type=Path, help="write the calibration here as JSON, else to stdout")
    parser.add_argument("--overlay", type=Path, help="write the picture with the calibration drawn over it here")
    parser.add_argument("--check", type=Path, metavar="JSON", help="check this calibration against the picture instead of taking a new one")
    parser.add_argument(
        "--points", type=_points, metavar="'X,Y …'", help=f"four pixels, where the wires {' '.join(NAMES)} leave the doubles"
    )
    parser.add_argument(
        "--lens", action="store_true", help="find the lens instead, from pictures of a chessboard (9x6 inner corners, 25 mm)"
    )
    asked = parser.parse_args(arguments)
    try:
        if asked.lens:
            return _find_lens(asked.pictures, asked.out)
        picture = np.asarray(np.median(np.stack(_read(asked.pictures)), axis=0), np.uint8)
        board = msgspec.json.decode(asked.board, type=BoardSpec)
        known = msgspec.json.decode(asked.check.read_bytes(), type=Calibration) if asked.check else None
        camera_id = CameraId(asked.camera_id)
        found = _checked(picture, known, board) if known else calibrate([picture], board, camera_id, asked.near_sector, points=asked.points)
    except CalibrationRefusedError as error:
        sys.stderr.write(f"refused: {error.reason}\n")
        return REFUSED
    except (OSError, ValueError) as error:  # msgspec's errors are ValueErrors
        sys.stderr.write(f"{error}\n")
        return UNREADABLE
    if asked.overlay:
        cv2.imwrite(str(asked.overlay), draw_overlay(picture, found, board))
    written = msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n"
    _write(written, asked.out)
    sys.stderr.write(
        f"{found.camera_id}: the lines lie {found.residual_mm:.2f} mm ({found.residual_px:.2f} px) beside the fit, {found.samples} places; "
        f"focal length {found.focal_x_px:.0f} px, k1 {found.k1:+.3f}\n"
    )
    return 0


def _points(text: str) -> Points:
    """Read pixels as people write them: `412,80 700,300 395,560 90,290`."""
    return [(float(x), float(y)) for x, y in (each.split(",") for each in text.split())]


def _find_lens(paths: Sequence[Path], out: Path | None) -> int:
    """Write what a configuration takes as known of a lens."""
    found = lens_of(_read(paths))
    missing = [str(path) for path, seen in zip(paths, found.found, strict=True) if not seen]
    keys = [f"{name} = {value}" for name, value in msgspec.structs.asdict(found.lens).items()]
    _write("\n".join(["[cameras.lens]", *keys, ""]).encode(), out)
    sys.stderr.write(
        f"the corners lie {found.residual_px:.2f} px beside the lens, in {len(paths) - len(missing)} pictures; "
        f"put these lines below the camera in the configuration{''.join(f'; no whole chessboard in {path}' for path in missing)}\n"
    )
    return 0


def _write(written: bytes, out: Path | None) -> None:
    if out:
        out.write_bytes(written)
    else:
        sys.stdout.buffer.write(written)


def _read(paths: Sequence[Path]) -> list[Image]:
    """Read pictures of one camera.

    Raises:
        ValueError: one is no picture, or of another size.
    """
    pictures: list[Image] = []
    for path in paths:
        picture: object = cv2.imread(str(path))
        if not isinstance(picture, np.ndarray):
            raise ValueError(f"{path} cannot be read as a picture")  # noqa: TRY004 - the file is wrong, not a type
        pictures.append(np.asarray(picture, np.uint8))
    if len({each.shape for each in pictures}) > 1:
        raise ValueError("the pictures are not of one size: give pictures of one camera")
    return pictures


def _checked(picture: Image, calibration: Calibration, board: BoardSpec) -> Calibration:
    """Give a calibration that holds.

    Raises:
        CalibrationRefusedError: it does not fit the picture.
    """
    if picture.shape[:2] != (calibration.height, calibration.width):
        size = f"{picture.shape[1]}x{picture.shape[0]}"
        raise CalibrationRefusedError(f"the calibration is of {calibration.width}x{calibration.height}, the picture {size}")
    off_px = verify(picture, calibration, board)
    if off_px >= KEPT_PX:
        how = "no board is where it says" if off_px == float("inf") else f"the board lies {off_px:.1f} px beside where it says"
        raise CalibrationRefusedError(f"the calibration does not fit the picture: {how}")
    return calibration


if __name__ == "__main__":
    sys.exit(main())
