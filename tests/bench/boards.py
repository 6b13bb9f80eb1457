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
from typing import Any, Final

import cv2
import numpy as np

from schemas.base import CameraId
from schemas.board import SECTORS, BoardSpec
from schemas.geometry import Calibration
from workers.vision.calibration import CalibrationRefusedError, calibrate
from workers.vision.calibration.camera_model import model_of
from workers.vision.calibration.orientation import near_sector_of
from workers.vision.frame import Image

NEAR_BY_EYE: Final = {"ym_20062c": (6,), "ym_48e914": (16,), "ho_frame1_R": (4,)}  # of pictures whose manifest leaves it open


def _coded(picture: Image, quality: int) -> Image:
    data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def _scaled(picture: Image, share: float) -> Image:
    return np.asarray(cv2.resize(picture, None, fx=share, fy=share, interpolation=cv2.INTER_AREA), np.uint8)


VARIANTS: Final[Mapping[str, Callable[[Image], Image]]] = {
    "plain": lambda picture: picture,
    "mirrored": lambda picture: np.ascontiguousarray(picture[:, ::-1]),
    "upside_down": lambda picture: np.ascontiguousarray(picture[::-1, ::-1]),
    "jpeg20": lambda picture: _coded(picture, 20),
    "dark": lambda picture: np.asarray(np.clip(picture * 0.35 - 12, 0, 255), np.uint8),
    "small": lambda picture: _scaled(picture, min(1.0, 480 / picture.shape[1])),
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


def examine(folder: Path, entry: Mapping[str, Any], variant: str) -> tuple[str, str]:
    """Calibrate from one picture; return the verdict and the line to print."""
    picture = VARIANTS[variant](np.asarray(cv2.imread(str(folder / entry["file"])), np.uint8))
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
    parser.add_argument("--variant", choices=VARIANTS, default="plain")
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
