"""The analysis of one still picture: what it shows, and what one camera alone concludes from it."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from schemas.pipe.sightings import Blob, DartPresence, Finding, Sighting
from workers.vision.axis import is_dart
from workers.vision.frame import Image
from workers.vision.reference import Comparison
from workers.vision.scene import FEWEST_CHANGED, Scene

# Measure again: `python -m tests.bench.quiet --minutes 60 --confusion` (findings by cause), `python -m tests.bench.visits --visits 500`.
HAND_MM = 45.0  # radius on the face: no dart has a blob this wide; fingers may be narrower and are left to the supervisor
AS_IT_WAS = 0.92  # least presence of a dart that nothing has touched: 0.97 to 1 are measured
MOVED_PX = 1.0  # between two still pictures: a dart that lands moves a camera by less
LIGHT_SHARE = 0.04  # change of brightness against the reference


@dataclass(frozen=True)
class PictureAnalysis:
    """A still picture compared with the reference (`comparison`) and with the empty board (`versus_empty`), and what was found in it.

    `blobs` are found in `versus_empty` if `blobs_on_empty` and `sightings` if `darts_changed`, else in `comparison`. `moved_px` is how far
    the camera has moved since the analysis before; `shows_dart` says that one of the sightings is long and clear enough for a dart.
    """

    comparison: Comparison
    versus_empty: Comparison | None
    presence: tuple[DartPresence, ...]
    sightings: tuple[Sighting, ...]
    darts_changed: bool
    blobs: tuple[Blob, ...]
    blobs_on_empty: bool
    widest_mm: float
    moved_px: float
    shows_dart: bool

    @property
    def finding(self) -> Finding:
        """Return what this camera alone concludes; the supervisor decides from all cameras."""
        if self.widest_mm > HAND_MM:
            return "hand"
        if self.shows_dart:
            return "dart"
        if self.moved_px > MOVED_PX:
            return "moved"
        if abs(self.comparison.difference.gain - 1) > LIGHT_SHARE:
            return "light"
        return "other" if self._changed_px >= FEWEST_CHANGED else "nothing"

    def without_lines(self) -> "PictureAnalysis":
        """Return it for a picture that is off the board: where something is in it says nothing about the board."""
        return replace(self, sightings=(), shows_dart=False)

    @property
    def evidence(self) -> dict[str, float]:
        """Return the figures behind the finding, for diagnosis."""
        alignment = self.comparison.alignment
        return {
            "widest_mm": round(self.widest_mm, 1),
            "changed_px": float(self._changed_px),
            "noise": round(self.comparison.difference.noise, 1),
            "gain": round(self.comparison.difference.gain, 3),
            "shift_px": round(alignment.shift_px, 2) if alignment else -1.0,
            "moved_px": round(self.moved_px, 2),
            "residual_px": round(alignment.residual_px, 3) if alignment else -1.0,
        }

    @property
    def _changed_px(self) -> int:
        return cv2.countNonZero(self.comparison.difference.changed)


def analyse(scene: Scene, picture: Image, before: PictureAnalysis | None, *, takeout: bool) -> PictureAnalysis:
    """Compare a BGR picture with the scene; during a takeout, blobs are searched in the difference from the empty board."""
    comparison = scene.compare(picture)
    versus_empty = scene.against_empty(comparison)
    presence = scene.presence(comparison.picture)
    blobs_on_empty = takeout and versus_empty is not None
    blobs = scene.blobs(versus_empty if versus_empty is not None and blobs_on_empty else comparison, on_empty=blobs_on_empty)
    widest_mm = width_mm(blobs[0], scene) if blobs else 0.0
    darts_changed = versus_empty is not None and any(each.score < AS_IT_WAS for each in presence)
    sightings = tuple(scene.sightings(comparison, versus_empty, presence, darts_changed=darts_changed))
    moved_px = 0.0 if before is None else _moved_px(before.comparison, comparison)
    shows_dart = any(is_dart(s, scene.projection) for s in sightings)
    return PictureAnalysis(
        comparison, versus_empty, presence, sightings, darts_changed, blobs, blobs_on_empty, widest_mm, moved_px, shows_dart
    )


def width_mm(blob: Blob, scene: Scene) -> float:
    """Return the radius of a blob on the face of the board, in mm."""
    return blob.radius * scene.projection.calibration.focal_x_px * scene.masks.mm_per_px


def _moved_px(before: Comparison, now: Comparison) -> float:
    """Return how far the middle of the picture has moved; 0 if it is unknown."""
    if before.alignment is None or now.alignment is None:
        return 0.0
    height, width = now.picture.shape[:2]
    return float(np.linalg.norm((now.alignment.matrix - before.alignment.matrix) @ np.array([width / 2, height / 2, 1.0])))
