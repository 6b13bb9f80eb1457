"""Calibrate from picture files: `python -m workers.calibration`, run by `dartd calibrate`."""

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

MAX_OFFSET_PX = 1.0  # a calibration that is off by less still holds
REFUSED, UNREADABLE = 1, 2  # exit status


def main(arguments: Sequence[str] | None = None) -> int:
    """Calibrate, or check a calibration; return 1 if it is refused, 2 if a file cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m workers.calibration", description=__doc__)
    parser.add_argument("pictures", nargs="+", type=Path, help="pictures of the empty board from one camera; the median of several is used")
    parser.add_argument("--camera-id", default="cam0")
    parser.add_argument(
        "--near-sector",
        type=int,
        choices=range(1, 21),
        metavar="SECTOR",
        help="the sector nearest to the camera, if the number ring cannot be read",
    )
    parser.add_argument("--board", type=str, default="{}", help="the rings as JSON, if they are not the standard ones")
    parser.add_argument("--out", type=Path, help="write the calibration here as JSON, else to stdout")
    parser.add_argument("--overlay", type=Path, help="write the picture with the calibration drawn over it here")
    parser.add_argument("--check", type=Path, metavar="JSON", help="check this calibration against the picture instead of taking a new one")
    parser.add_argument(
        "--points", type=_points, metavar="'X,Y …'", help=f"four pixels, where the wires {' '.join(NAMES)} leave the doubles"
    )
    parser.add_argument(
        "--lens", action="store_true", help="find the lens instead, from pictures of a chessboard (9x6 inner corners, 25 mm)"
    )
    options = parser.parse_args(arguments)
    try:
        if options.lens:
            return _find_lens(options.pictures, options.out)
        picture = np.asarray(np.median(np.stack(_read(options.pictures)), axis=0), np.uint8)
        board = msgspec.json.decode(options.board, type=BoardSpec)
        known = msgspec.json.decode(options.check.read_bytes(), type=Calibration) if options.check else None
        camera_id = CameraId(options.camera_id)
        found = (
            _checked(picture, known, board) if known else calibrate([picture], board, camera_id, options.near_sector, points=options.points)
        )
    except CalibrationRefusedError as error:
        sys.stderr.write(f"refused: {error.reason}\n")
        return REFUSED
    except (OSError, ValueError) as error:  # msgspec's errors are ValueErrors
        sys.stderr.write(f"{error}\n")
        return UNREADABLE
    if options.overlay:
        cv2.imwrite(str(options.overlay), draw_overlay(picture, found, board))
    written = msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n"
    _write(written, options.out)
    sys.stderr.write(
        f"{found.camera_id}: the lines lie {found.residual_mm:.2f} mm ({found.residual_px:.2f} px) off the fit, {found.samples} points; "
        f"focal length {found.focal_x_px:.0f} px, k1 {found.k1:+.3f}\n"
    )
    return 0


def _points(text: str) -> Points:
    """Parse pixels: `412,80 700,300 395,560 90,290`."""
    return [(float(x), float(y)) for x, y in (each.split(",") for each in text.split())]


def _find_lens(paths: Sequence[Path], out: Path | None) -> int:
    """Write the parameters of the lens as lines of a configuration file."""
    found = lens_of(_read(paths))
    missing = [str(path) for path, is_found in zip(paths, found.found, strict=True) if not is_found]
    keys = [f"{name} = {value}" for name, value in msgspec.structs.asdict(found.lens).items()]
    _write("\n".join(["[cameras.lens]", *keys, ""]).encode(), out)
    sys.stderr.write(
        f"the corners lie {found.residual_px:.2f} px off the fit, in {len(paths) - len(missing)} pictures; "
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
        ValueError: a file is not a picture, or has another size.
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
    """Return the calibration if it fits the picture.

    Raises:
        CalibrationRefusedError: it does not fit.
    """
    if picture.shape[:2] != (calibration.height, calibration.width):
        size = f"{picture.shape[1]}x{picture.shape[0]}"
        raise CalibrationRefusedError(f"the calibration is of {calibration.width}x{calibration.height}, the picture {size}")
    off_px = verify(picture, calibration, board)
    if off_px >= MAX_OFFSET_PX:
        how = "there is no board at its position" if off_px == float("inf") else f"the board is {off_px:.1f} px off its position"
        raise CalibrationRefusedError(f"the calibration does not fit the picture: {how}")
    return calibration


if __name__ == "__main__":
    sys.exit(main())
