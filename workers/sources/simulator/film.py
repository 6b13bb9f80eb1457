"""A short film of a script: the pictures of three cameras, and a diagram of the board with the truth."""

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from schemas.base import CameraId
from schemas.board import SECTOR_RAD, SECTORS, BoardSpec, bed_at
from workers.sources.errors import SourceError
from workers.sources.simulator.address import Address
from workers.sources.simulator.frame_content import conditions_of, content_at, shift_at
from workers.sources.simulator.painter import Painter
from workers.sources.simulator.rig import CAMERAS, rig_of, true_calibration
from workers.sources.simulator.script import Script
from workers.sources.simulator.truth import truth
from workers.vision.frame import Image

_SIZE: Final = (800, 600)
_SMALL: Final = (400, 300)
_QUALITY: Final = 72
_PX_PER_MM: Final = 0.64
_MIDDLE: Final = (200, 138)
_GROUND: Final = (24, 22, 20)
_BEDS: Final = {"dark": (34, 32, 30), "light": (190, 208, 214), "red": (52, 48, 178), "green": (70, 126, 36)}


def film(path: Path, address: Address, from_s: float, seconds: float, fps: float) -> None:
    """Write a film in the format of the file name: .webp, .gif or .png (animated); times are seconds since the epoch.

    Raises:
        SourceError: it cannot be written, or the format is unknown.
    """
    animation = cv2.Animation()
    animation.frames = list(_frames(address, from_s, seconds, fps))
    animation.durations = [round(1000 / fps)] * len(animation.frames)
    try:
        written = cv2.imwriteanimation(str(path), animation, [cv2.IMWRITE_WEBP_QUALITY, _QUALITY])
    except cv2.error:
        written = False
    if not written:
        raise SourceError(f"{path}: cannot write this film; try a name that ends in .webp, .gif or .png")


def _frames(address: Address, from_s: float, seconds: float, fps: float) -> Iterator[Image]:
    script, rig = address.played, rig_of(address.rig)
    painters = [Painter(rig, k, true_calibration(address.rig, k, *_SIZE, CameraId(f"cam{k}"))) for k in range(CAMERAS)]
    events = [e for v in truth(script, from_s + seconds + 2 * script.length_s)["sequences"][script.name]["visits"] for e in v["events"]]
    empty = _diagram()
    for number in range(math.ceil(seconds * fps)):
        since_s = from_s + number / fps
        scene = content_at(script, since_s)
        seen = [p.paint(scene, shift_at(script, k, since_s), number, conditions_of(script, k, since_s)) for k, p in enumerate(painters)]
        small = [cv2.resize(picture, _SMALL, interpolation=cv2.INTER_AREA) for picture in seen]
        diagram = _with_truth(empty, script, since_s, [e for e in events if e["t_ms"] <= 1000 * since_s])
        yield np.vstack([np.hstack([small[0], small[1]]), np.hstack([small[2], diagram])]).astype(np.uint8, copy=False)


def _diagram() -> Image:
    """Draw the face as it looks from the oche."""
    x, y = np.meshgrid((np.arange(_SMALL[0]) - _MIDDLE[0]) / _PX_PER_MM, (_MIDDLE[1] - np.arange(_SMALL[1])) / _PX_PER_MM)
    radius_mm, board = np.hypot(x, y), BoardSpec()
    odd = np.floor(np.arctan2(x, y) / SECTOR_RAD + 0.5).astype(int) % 2 == 1
    picture = np.full((_SMALL[1], _SMALL[0], 3), _GROUND, np.uint8)
    zone = np.searchsorted(np.array(board.radii_mm), radius_mm, side="right")
    names = {0: ("red", "red"), 1: ("green", "green"), 2: ("dark", "light"), 3: ("red", "green"), 4: ("dark", "light"), 5: ("red", "green")}
    for ring, (even, other) in names.items():
        picture[(zone == ring) & ~odd] = _BEDS[even]
        picture[(zone == ring) & odd] = _BEDS[other]
    for k, sector in enumerate(SECTORS):
        at = _pixel(190 * math.sin(k * SECTOR_RAD), 190 * math.cos(k * SECTOR_RAD))
        (width, height), _ = cv2.getTextSize(str(sector), cv2.FONT_HERSHEY_SIMPLEX, 0.32, 1)
        cv2.putText(picture, str(sector), (at[0] - width // 2, at[1] + height // 2), 0, 0.32, (200, 200, 200), 1, cv2.LINE_AA)
    return picture


def _with_truth(empty: Image, script: Script, since_s: float, events: list[Mapping[str, Any]]) -> Image:
    """Mark the darts in the board, and write the latest event below."""
    picture = empty.copy()
    number = script.number_at(since_s)
    for throw in script.visit(number).throws if number >= 0 else ():
        if throw.at_s <= since_s < throw.gone_s and throw.outcome in {"sticks", "falls"}:
            pose = throw.pose_at(since_s)
            cv2.circle(picture, _pixel(pose.x_mm, pose.y_mm), 5, (0, 0, 0), -1, cv2.LINE_AA)
            cv2.circle(picture, _pixel(pose.x_mm, pose.y_mm), 4, (40, 220, 255), -1, cv2.LINE_AA)
    if events:
        last = events[-1]
        bed = f" {bed_at(last['x_mm'], last['y_mm'], BoardSpec()).label}" if "label" in last else ""
        cv2.putText(picture, f"{last['event']}{bed}", (8, _SMALL[1] - 8), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (255, 255, 255), 1, cv2.LINE_AA)
    return picture


def _pixel(x_mm: float, y_mm: float) -> tuple[int, int]:
    return round(_MIDDLE[0] + x_mm * _PX_PER_MM), round(_MIDDLE[1] - y_mm * _PX_PER_MM)
