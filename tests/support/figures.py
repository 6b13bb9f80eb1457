"""Makes the pictures of workers/README.md from a simulated board: `python -m tests.support.figures [FOLDER]`."""

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from dartd.config import Config
from dartd.deciders import build_board
from dartd.replay.explain.drawing import board_zoom
from dartd.replay.explain.explained_dart import ExplainedDart, explained_darts, fitted_sightings, pixels_of, pixels_of_rays
from dartd.replay.explain.observer import EvidenceRecorder
from dartd.replay.playlist import Playlist
from dartd.replay.replay import Replay
from dartd.replay.scoring import load_truth
from schemas.base import CameraId
from schemas.board import BoardSpec
from workers.sources.simulator.__main__ import record
from workers.sources.simulator.address import parse_address
from workers.vision.calibration import calibrate
from workers.vision.calibration.overlay import draw_overlay
from workers.vision.frame import Image

FOLDER = Path(__file__).parents[2] / "workers" / "figures"
STORY = "sim:?rig=1&seed=7&story=demo"
SECONDS, SIZE, FPS = 24.0, (800, 600), 20.0
HALF_PX = 90  # of the close-ups
QUALITY = 80
LINE = (30, 140, 255)


def make(folder: Path) -> None:
    """Record a visit, replay it, and draw its third dart and the calibration of a camera."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="dartd-figures-") as place:
        recording, pictures = Path(place) / "recording", Path(place) / "pictures"
        record(recording, parse_address(STORY), SECONDS, SIZE, FPS)
        case = replayed(recording, pictures)[2]
        empty = np.asarray(cv2.imread(str(recording / "00000_cam0.jpg")), np.uint8)
        write(folder / "calibration.jpg", draw_overlay(empty, calibrate([empty], BoardSpec(), CameraId("cam0"), None), BoardSpec()))
        write(folder / "dart.jpg", np.vstack([close_ups(case, k, pictures) for k in range(len(case.evidence.poses))]))
    svg = board_zoom(case, BoardSpec()).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" width="480" height="480" ', 1)
    (folder / "crossing.svg").write_text(svg + "\n", encoding="utf-8")


def replayed(recording: Path, pictures: Path) -> list[ExplainedDart]:
    """Replay a recording and give its darts."""
    config, recorders = Config(), list[EvidenceRecorder]()

    def build(cameras: Sequence[CameraId]) -> EvidenceRecorder:
        recorders.append(EvidenceRecorder(build_board(config, cameras)))
        return recorders[0]

    playlist = Playlist.load(recording)
    outcome = asyncio.run(Replay(playlist, config, build, explain_dir=pictures).run())
    return explained_darts(outcome.events, recorders[0], playlist, load_truth(recording))


def close_ups(case: ExplainedDart, number: int, pictures: Path) -> Image:
    """Put side by side what one camera compared: before, after with the line and its cross-sections, and the change."""
    camera = CameraId(f"cam{number}")
    settled, calibration = case.evidence.settled[camera], case.evidence.poses[camera]
    before, after, change = (cv2.imread(str(pictures / str(number) / f"{settled.episode}-{w}.jpg")) for w in ("before", "after", "change"))
    assert case.hit is not None
    at = case.hit.board_coordinates
    x, y = (round(float(v)) for v in pixels_of(calibration, np.array([[at.x_mm, at.y_mm, 25.0]]))[0])
    x, y = (min(max(v, HALF_PX), size - HALF_PX) for v, size in ((x, SIZE[0]), (y, SIZE[1])))
    views = [
        cv2.resize(np.asarray(p)[y - HALF_PX : y + HALF_PX, x - HALF_PX : x + HALF_PX], None, fx=2, fy=2) for p in (before, after, change)
    ]
    sighting, _ = fitted_sightings(case)[camera]
    rays = np.array([[sighting.u, sighting.v], *([s.u, s.v] for s in sighting.sections)])
    spots = [(round(2 * (px - x + HALF_PX)), round(2 * (py - y + HALF_PX))) for px, py in pixels_of_rays(calibration, rays)]
    for spot in spots[1:]:
        cv2.circle(views[1], spot, 2, LINE, -1, cv2.LINE_AA)
    cv2.circle(views[1], spots[0], 6, LINE, 1, cv2.LINE_AA)
    return np.asarray(np.hstack(views), np.uint8)


def write(path: Path, picture: Image) -> None:
    """Write a JPEG."""
    cv2.imwrite(str(path), picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
