"""What one still picture shows, and what one camera alone would call it."""

from dataclasses import dataclass

import cv2
import numpy as np

from schemas.pipe.sightings import Blob, DartPresence, Finding, Sighting
from workers.vision.frame import Image
from workers.vision.reference import Comparison
from workers.vision.scene import FEWEST_CHANGED, Scene

HAND_MM = 45.0  # no dart has a place this wide; fingers may be narrower and are left to the supervisor
DART_SECTIONS = 20.0  # of full weight along point and barrel: a dart in view has 60 and more, a fly's shadow a dozen
UNBROKEN = 0.5  # of its length
LEAVING = 0.5
AS_IT_WAS = 0.9  # presence of a dart that nothing has touched
MOVED_PX = 1.0  # between two still pictures: a dart's landing shakes a camera by less
LIGHT_SHARE = 0.04  # brighter or darker than before


@dataclass(frozen=True)
class Look:
    """A still picture compared: with the reference (`seen`) and the empty board (`bare`), and what stands out.

    `spots` are those of `bare` when `on_empty`, `sightings` when `disturbed`. `moved_px` is how far the camera has moved since the
    look before.
    """

    seen: Comparison
    bare: Comparison | None
    presence: tuple[DartPresence, ...]
    sightings: tuple[Sighting, ...]
    disturbed: bool
    spots: tuple[Blob, ...]
    on_empty: bool
    widest_mm: float
    moved_px: float

    @property
    def finding(self) -> Finding:
        """Name what this camera alone would call it; the supervisor, who hears all cameras, decides."""
        if self.widest_mm > HAND_MM:
            return "hand"
        if any(_is_dart(s) for s in self.sightings):
            return "dart"
        if self.moved_px > MOVED_PX:
            return "moved"
        if abs(self.seen.difference.gain - 1) > LIGHT_SHARE:
            return "light"
        return "other" if self._changed_px >= FEWEST_CHANGED else "nothing"

    @property
    def evidence(self) -> dict[str, float]:
        """Give the figures that the finding stands on."""
        alignment = self.seen.alignment
        return {
            "widest_mm": round(self.widest_mm, 1),
            "changed_px": float(self._changed_px),
            "noise": round(self.seen.difference.noise, 1),
            "gain": round(self.seen.difference.gain, 3),
            "shift_px": round(alignment.shift_px, 2) if alignment else -1.0,
            "moved_px": round(self.moved_px, 2),
            "residual_px": round(alignment.residual_px, 3) if alignment else -1.0,
        }

    @property
    def _changed_px(self) -> int:
        return cv2.countNonZero(self.seen.difference.changed)


def look_at(scene: Scene, picture: Image, before: Look | None, *, takeout: bool) -> Look:
    """Compare a BGR picture with what the scene remembers; in a takeout wide places are looked for against the empty board."""
    seen = scene.compare(picture)
    bare = scene.against_empty(seen)
    presence = scene.presence(seen.picture)
    on_empty = takeout and bare is not None
    spots = scene.spots(bare if bare is not None and on_empty else seen, on_empty=on_empty)
    widest_mm = width_mm(spots[0], scene) if spots else 0.0
    disturbed = bare is not None and any(each.score < AS_IT_WAS for each in presence)
    sightings = tuple(scene.sightings(seen, bare, presence, disturbed=disturbed))
    moved_px = 0.0 if before is None else _moved_px(before.seen, seen)
    return Look(seen, bare, presence, sightings, disturbed, spots, on_empty, widest_mm, moved_px)


def _is_dart(sighting: Sighting) -> bool:
    """Say whether a thin straight thing is long and clear enough for a point with its barrel."""
    return sum(s.weight for s in sighting.sections) >= DART_SECTIONS and sighting.leaving < LEAVING and sighting.confidence >= UNBROKEN


def width_mm(spot: Blob, scene: Scene) -> float:
    """Give the radius of a spot on the face of the board, in mm."""
    return spot.radius * scene.projection.calibration.focal_x_px * scene.region.mm_per_px


def _moved_px(before: Comparison, now: Comparison) -> float:
    """Measure how far the middle of the picture has moved; 0 when that cannot be told."""
    if before.alignment is None or now.alignment is None:
        return 0.0
    height, width = now.picture.shape[:2]
    return float(np.linalg.norm((now.alignment.matrix - before.alignment.matrix) @ np.array([width / 2, height / 2, 1.0])))
