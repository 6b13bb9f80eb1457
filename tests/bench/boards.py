"""Calibrate from pictures of other people's boards, without a hint: `python -m tests.bench.boards FOLDER [NAME…] [--variant jpeg20]`.

FOLDER holds `manifest.json`, which says for each picture which sectors may be nearest to its camera, and whether its board is empty. Each
picture is one line: accepted (right, wrong, or with a dart in the board) or refused, the number at the top of the picture, the residual
and the reason; the last line counts them. A variant makes
the same pictures worse, or mirrors them: these must be refused (accepted, they are "missed").
"""

import argparse
import json
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.base import CameraId
from schemas.board import SECTORS, BoardSpec
from schemas.geometry import Calibration
from workers.vision.calibration import CalibrationRefusedError, calibrate
from workers.vision.calibration.camera_model import CameraModel, model_of
from workers.vision.calibration.orientation import near_sector_of
from workers.vision.frame import Image

TILT_DEG: Final = np.array([2.0, -3.0, 20.0])  # about the axes of the camera
MISSING: Final = 5  # numbers that are painted over
SURROUND: Final = (205, 210, 212)  # BGR
NEAR_BY_EYE: Final = {"ym_20062c": (6,), "ym_48e914": (16,), "ho_frame1_R": (4,)}  # of pictures whose manifest leaves it open


def _coded(picture: Image, quality: int) -> Image:
    data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def _scaled(picture: Image, share: float) -> Image:
    return np.asarray(cv2.resize(picture, None, fx=share, fy=share, interpolation=cv2.INTER_AREA), np.uint8)


def _shadowed(picture: Image) -> Image:
    """Throw the soft shadow of an arm across the board."""
    rows, columns = np.indices(picture.shape[:2])
    across = (columns / picture.shape[1] - 0.45) * 0.8 + (rows / picture.shape[0] - 0.5) * 0.6
    light = 1 - 0.6 * np.exp(-0.5 * (across / 0.07) ** 2)
    return np.asarray(picture * light[..., None], np.uint8)


VARIANTS: Final[Mapping[str, Callable[[Image], Image]]] = {
    "plain": lambda picture: picture,
    "mirrored": lambda picture: np.ascontiguousarray(picture[:, ::-1]),
    "upside_down": lambda picture: np.ascontiguousarray(picture[::-1, ::-1]),
    "jpeg20": lambda picture: _coded(picture, 20),
    "dark": lambda picture: np.asarray(np.clip(picture * 0.35 - 12, 0, 255), np.uint8),
    "small": lambda picture: _scaled(picture, min(1.0, 480 / picture.shape[1])),
    "tiny": lambda picture: _scaled(picture, min(1.0, 360 / picture.shape[1])),
    "jpeg30": lambda picture: _coded(picture, 30),
    "jpeg30_small": lambda picture: _coded(_scaled(picture, min(1.0, 480 / picture.shape[1])), 30),
    "rolled": lambda picture: np.ascontiguousarray(np.rot90(picture)),
    "shadow": _shadowed,
}


class Retouch(NamedTuple):
    """The picture and the camera that it was calibrated to, by which parts of the board can be painted."""

    picture: Image
    model: CameraModel

    def ring(self, inner_mm: float, outer_mm: float, first_rad: float = 0.0, last_rad: float = 2 * np.pi) -> NDArray[np.bool_]:
        """Return a mask of the pixels of a part of a ring of the board."""
        theta = np.linspace(first_rad, last_rad, 181)
        unit = np.column_stack([np.cos(theta), np.sin(theta)])
        outline = np.concatenate([outer_mm * unit, inner_mm * unit[::-1]])
        mask = np.zeros(self.picture.shape[:2], np.uint8)
        cv2.fillPoly(mask, [self.model.project(outline, 0.0).round().astype(np.int32)], 1)
        return mask > 0


def _without_numbers(of: Retouch) -> Image:
    """Paint over five of the numbers."""
    picture = of.picture.copy()
    for sector in np.random.default_rng(1).choice(20, MISSING, replace=False):
        middle = np.pi / 2 - sector * np.pi / 10
        where = of.ring(174.0, 228.0, middle - np.pi / 21, middle + np.pi / 21)
        picture[where] = np.median(of.picture[where], axis=0)
    return picture


def _bright_surround(of: Retouch) -> Image:
    """Paint everything around the board in the pale grey of a foam surround with an inscription."""
    picture = of.picture.copy()
    outside = ~of.ring(0.0, 232.0)
    noise = np.random.default_rng(1).normal(0, 4, picture.shape)
    pale = np.full(picture.shape, SURROUND, np.float64)
    for k in range(4):
        at = (int(picture.shape[1] * (0.05 + 0.25 * k)), int(picture.shape[0] * (0.12 if k % 2 else 0.93)))
        cv2.putText(pale, "DARTS 180", at, cv2.FONT_HERSHEY_DUPLEX, picture.shape[1] / 900, (40, 40, 40), 2)
    picture[outside] = np.clip(pale + noise, 0, 255).astype(np.uint8)[outside]
    return picture


def _tilted(of: Retouch) -> Image:
    """Turn the camera about its centre: rolled, and aimed next to the board, through the same lens."""
    height, width = of.picture.shape[:2]
    rows, columns = np.indices((height, width))
    pixels = np.stack([columns.ravel(), rows.ravel()], axis=1).astype(np.float64)
    flat = cv2.undistortPoints(pixels[:, None], of.model.matrix, of.model.lens)[:, 0]
    rotation = cv2.Rodrigues(np.radians(TILT_DEG))[0]
    there = cv2.projectPoints(np.column_stack([flat, np.ones(len(flat))]), rotation, np.zeros(3), of.model.matrix, of.model.lens)[0]
    at = there.reshape(height, width, 2).astype(np.float32)
    return np.asarray(cv2.remap(of.picture, at[..., 0], at[..., 1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE), np.uint8)


# Made with the camera of the plain picture; where that is refused, so is the variant.
RETOUCHED: Final[Mapping[str, Callable[[Retouch], Image]]] = {
    "missing_numbers": _without_numbers,
    "bright_surround": _bright_surround,
    "tilted": _tilted,
}


def verdict(file: str, entry: Mapping[str, Any], calibration: Calibration, variant: str) -> str:
    """Return how right an accepted calibration is."""
    if variant == "mirrored" or not entry["empty"]:
        return "missed"
    near = entry["near"] or NEAR_BY_EYE[Path(file).stem]
    return "right" if near_sector_of(model_of(calibration)) in near else "wrong"


def top_number(calibration: Calibration) -> int:
    """Return the number of the sector that is uppermost in the picture."""
    angles = np.pi / 2 - np.arange(20) * np.pi / 10
    return SECTORS[int(model_of(calibration).project(160 * np.column_stack([np.cos(angles), np.sin(angles)]))[:, 1].argmin())]


def _varied(picture: Image, variant: str) -> Image:
    """Return the variant of a picture; one that must be retouched and cannot be is returned as it is."""
    if variant in VARIANTS:
        return VARIANTS[variant](picture)
    try:
        plain = calibrate([picture], BoardSpec(), CameraId("cam0"), None)
    except CalibrationRefusedError:
        return picture
    return RETOUCHED[variant](Retouch(picture, model_of(plain)))


def examine(folder: Path, entry: Mapping[str, Any], variant: str) -> tuple[str, str]:
    """Calibrate from one picture; return the verdict and the line to print."""
    picture = _varied(np.asarray(cv2.imread(str(folder / entry["file"])), np.uint8), variant)
    began_s = time.thread_time()
    try:
        found = calibrate([picture], BoardSpec(), CameraId("cam0"), None)
    except CalibrationRefusedError as error:
        outcome, detail = "refused", error.reason
    else:
        outcome = verdict(entry["file"], entry, found, variant)
        detail = (
            f"top {top_number(found):2d}, {found.residual_mm:.2f} mm, {found.residual_px:.2f} px, k1 {found.k1:+.3f} k2 {found.k2:+.3f}"
        )
    size = f"{picture.shape[1]}x{picture.shape[0]}"
    return outcome, f"{Path(entry['file']).name:26} {size:9} {time.thread_time() - began_s:4.1f} s  {outcome:8} {detail}"


def main() -> None:
    """Examine the pictures of a folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", help="parts of the names of the pictures to examine; all if none is given")
    parser.add_argument("--variant", choices=[*VARIANTS, *RETOUCHED], default="plain")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    entries = json.loads((options.folder / "manifest.json").read_text())["pictures"]
    counted: Counter[str] = Counter()
    for entry in entries:
        if options.names and not any(name in entry["file"] for name in options.names):
            continue
        outcome, text = examine(options.folder, entry, options.variant)
        counted[outcome] += 1
        print(text, flush=True)
    print(f"{counted.total()} pictures: " + ", ".join(f"{counted[name]} {name}" for name in ("right", "refused", "wrong", "missed")))


if __name__ == "__main__":
    main()
