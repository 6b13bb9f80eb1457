"""Compare calibrations with exact cameras: `python -m tests.bench.lenses FOLDER [RIG…]`, `python -m tests.bench.lenses --simulated RIG…`.

FOLDER holds `manifest.json` with rigs (OpenCV matrices, lens and pose of each camera) and turns (the first frame shows the empty board).
Each camera is one line: errors of focal length, centre (px) and position of the camera (mm), and the error on the face: its scale, its
shift, its root mean square, and what is left of that without scale, rotation and shift (mm). Of simulated rigs the error of rays is listed
by the distance from the middle of the picture, in shares of that of the outermost ring: lenses are measured on the rings.
"""

import argparse
import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from dartd.fusion.camera_pose import CameraPose
from schemas.base import CameraId
from schemas.board import SECTOR_RAD, SECTORS, BoardSpec
from schemas.geometry import Calibration
from workers.sources.simulator.extended_projection import CameraShift
from workers.sources.simulator.frame_content import FrameContent
from workers.sources.simulator.painter import Painter
from workers.sources.simulator.rig import CAMERAS, picture_size_of, rig_of, true_calibration
from workers.vision.calibration import CalibrationRefusedError, calibrate
from workers.vision.calibration.camera_model import model_of
from workers.vision.projection import CameraProjection

Floats = NDArray[np.float64]

RADII_MM: Final = (10.0, 40.0, 70.0, 100.0, 130.0, 150.0, 166.0)
BEYOND_MM: Final = (60.0, 120.0, 165.0, 200.0, 230.0, 260.0, 285.0)
SHARES: Final = (0.0, 0.5, 0.8, 1.0, 1.15, 1.3, 1.5, 1.75, 2.0, 2.5)
FEWEST: Final = 6  # points of a line that is printed
ANGLES: Final = 24
PICTURES: Final = 5  # as the locator takes
STEPS: Final = 20  # of Newton's method, from the true point


def face_points() -> Floats:
    """Return points (n, 2) over the face in mm."""
    radius, angle = np.meshgrid(RADII_MM, np.arange(ANGLES) * 2 * np.pi / ANGLES)
    return np.column_stack([(radius * np.cos(angle)).ravel(), (radius * np.sin(angle)).ravel()])


def face_error_mm(camera: Mapping[str, Any], found: Calibration, points_mm: Floats) -> Floats:
    """Return by how much (n, 2) a calibration misplaces points of the face."""
    model, solid = model_of(found), np.column_stack([points_mm, np.zeros(len(points_mm))])
    matrix, lens = np.array(camera["K"]), np.array(camera["dist_k1k2p1p2k3"])
    true_px = cv2.projectPoints(solid, np.array(camera["R_board_to_cam"]), np.array(camera["t_mm"]), matrix, lens)[0].reshape(-1, 2)
    at_mm = points_mm
    for _ in range(STEPS):
        pixel, slopes = model.project_with_scale(at_mm, 0.0)
        at_mm = at_mm + np.linalg.solve(slopes, (true_px - pixel)[:, :, None])[:, :, 0]
    return at_mm - points_mm


def similarity(points_mm: Floats, error_mm: Floats) -> tuple[Floats, float]:
    """Fit scale, rotation and shift (4) to an error; return them and the root mean square of what is left."""
    x, y = points_mm.T
    one, none = np.ones(len(x)), np.zeros(len(x))
    design = np.concatenate([np.column_stack([x, -y, one, none]), np.column_stack([y, x, none, one])])
    fitted = np.linalg.lstsq(design, error_mm.T.ravel(), rcond=None)[0]
    return fitted, float(np.sqrt(2 * np.mean((error_mm.T.ravel() - design @ fitted) ** 2)))


def examine(folder: Path, manifest: Mapping[str, Any], rigs: tuple[str, ...]) -> Iterator[str]:
    """Calibrate every camera of the rigs; return the lines to print."""
    points_mm = face_points()
    for rig in rigs:
        images = next(turn for turn in manifest["turns"] if turn["rig"] == rig)["frames"][0]["images"]
        for camera, image in zip(manifest["rigs"][rig]["cameras"], images, strict=True):
            name, place_mm = f"{rig} {camera['name']}", np.array(camera["center_board_mm"])
            near = SECTORS[round((np.pi / 2 - np.arctan2(place_mm[1], place_mm[0])) / SECTOR_RAD) % len(SECTORS)]
            picture = np.asarray(cv2.imread(str(folder / image)), np.uint8)
            try:
                found = calibrate([picture], BoardSpec(), CameraId("cam0"), near)
            except CalibrationRefusedError as error:
                yield f"{name} refused: {error.reason}"
                continue
            error_mm = face_error_mm(camera, found, points_mm)
            (scale, _, right_mm, up_mm), rest_mm = similarity(points_mm, error_mm)
            matrix = np.array(camera["K"])
            yield (
                f"{name} focal {200 * found.focal_x_px / (matrix[0, 0] + matrix[1, 1]) - 100:+.2f} %, centre "
                f"{found.center_x_px - matrix[0, 2]:+.1f} {found.center_y_px - matrix[1, 2]:+.1f} px, camera "
                f"{np.linalg.norm(model_of(found).center_mm - place_mm):.1f} mm; face {100 * scale:+.3f} %, "
                f"shift {right_mm:+.2f} {up_mm:+.2f}, {np.sqrt((error_mm**2).sum(axis=1).mean()):.2f} mm, "
                f"without {rest_mm:.2f} mm; residual {found.residual_px:.2f} px"
            )


def ray_errors_px(true: Calibration, found: Calibration) -> Floats:
    """Return for points of the face that a camera shows: distance (shares of the outermost ring's), radial and other error (px), (n, 3)."""
    radius, angle = np.meshgrid(BEYOND_MM, np.arange(ANGLES) * 2 * np.pi / ANGLES)
    points = np.column_stack([(radius * np.cos(angle)).ravel(), (radius * np.sin(angle)).ravel(), np.zeros(radius.size)])
    pixels = CameraProjection(true).project(points)
    shown = np.all((pixels >= 0) & (pixels < [true.width, true.height]), axis=1)
    pose = CameraPose(found)
    expected, _, _ = pose.project(np.column_stack([points[shown, :2], np.zeros((np.count_nonzero(shown), 2))]))
    error_px = (CameraProjection(found).normalise(pixels[shown]) - expected) * pose.focal_px
    distance = np.hypot(*expected.T)
    outwards = expected / distance[:, None]
    across = error_px[:, 1] * outwards[:, 0] - error_px[:, 0] * outwards[:, 1]
    return np.column_stack([distance / pose.calibrated_radius, np.sum(error_px * outwards, axis=1), across])


def examine_simulated(rigs: Iterable[int]) -> Iterator[str]:
    """Calibrate every camera of simulated rigs; return the lines to print."""
    errors = []
    for rig in rigs:
        width, height = picture_size_of(rig)
        for camera in range(CAMERAS):
            true = true_calibration(rig, camera, width, height, CameraId("cam0"))
            painter = Painter(rig_of(rig), camera, true)
            try:
                found = calibrate(
                    [painter.paint(FrameContent(), CameraShift(), k) for k in range(PICTURES)], BoardSpec(), CameraId("cam0"), None
                )
            except CalibrationRefusedError as error:
                yield f"rig {rig} camera {camera} refused: {error.reason}"
                continue
            errors.append(ray_errors_px(true, found))
    share, radial, across = np.vstack(errors).T
    for low, high in pairwise(SHARES):
        inside = (share >= low) & (share < high)
        if np.count_nonzero(inside) >= FEWEST:
            radial_px, across_px = (float(np.quantile(np.abs(each[inside]), 0.68)) for each in (radial, across))
            points = np.count_nonzero(inside)
            yield f"{low:.2f} to {high:.2f}: radial {radial_px:.2f} px, across {across_px:.2f} px in 68 % of {points} points"


def main() -> None:
    """Examine the rigs of a folder, or simulated ones."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("rigs", nargs="*", help="names of rigs; all if none is given")
    parser.add_argument("--simulated", type=int, nargs="+", help="seeds of simulated rigs")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    if options.simulated:
        for line in examine_simulated(options.simulated):
            print(line, flush=True)
        return
    manifest = json.loads((options.folder / "manifest.json").read_text())
    for line in examine(options.folder, manifest, tuple(options.rigs) or tuple(manifest["rigs"])):
        print(line, flush=True)


if __name__ == "__main__":
    main()
