"""What a camera remembers of the board before it: the stable reference, the empty board, and what each dart looked like."""

from collections import OrderedDict
from dataclasses import dataclass

import cv2
import numpy as np

from schemas.base import CameraId, DartId
from schemas.geometry import Axis3
from schemas.pipe.sightings import Blob, DartPresence, Sighting
from schemas.pipe.to_worker import KnownDart
from workers.vision.axis import find_axes
from workers.vision.difference import difference
from workers.vision.frame import Image
from workers.vision.presence import Trace, judge, leaving, outline, trace_dart
from workers.vision.projection import Projection
from workers.vision.reference import Comparison, Reference, compare, lay_over
from workers.vision.region import Region
from workers.vision.spots import find_spots

REMEMBERED = 8  # episodes whose pictures are kept for the darts that the supervisor finds in them
FEWEST_CHANGED = 25
UNDISTURBED = 0.8  # presence of a dart that hides what is behind it, as it did
DART_MM = 170.0  # a dart with its flight, as far as it may hide others
DART_HALF_MM = 25.0


@dataclass(frozen=True)
class Seen:
    """An episode's pictures, laid over each other, and where they differ (dilated)."""

    before: Image
    after: Image
    changed: Image


class Scene:
    """The memory of one camera that knows where it stands. All pictures in it lie over the picture of the calibration."""

    def __init__(self, camera_id: CameraId, projection: Projection, region: Region, picture: Image, t_s: float) -> None:
        self._camera = camera_id
        self.projection = projection
        self.region = region
        self._waiting: tuple[Image, Image | None, float] | None = None
        self._reference = Reference.of(picture, region.face, t_s)
        self._anchor = self._reference  # the picture of the calibration: what all others are laid over in the end
        self.empty: Reference | None = None
        self._seen: OrderedDict[int, Seen] = OrderedDict()
        self._traces: dict[DartId, Trace] = {}
        self._axes: dict[DartId, Axis3] = {}
        self._reach: dict[DartId, Image] = {}

    @property
    def reference(self) -> Reference:
        """Give the picture that new ones are compared with."""
        if self._waiting is not None:
            laid, raw, t_s = self._waiting
            if raw is not None:
                # over the picture of the calibration itself: laid over each other one after another, pictures would drift away from it
                anchored, alignment = lay_over(self._anchor, raw)
                laid = laid if alignment is None else anchored
            self._reference = Reference.of(laid, self.region.face, t_s)
            self._waiting = None
        return self._reference

    @property
    def unprepared(self) -> bool:
        """Say whether the reference still has to be worked out: best done while nothing else waits."""
        return self._waiting is not None

    def adopt(self, seen: Comparison, t_s: float) -> None:
        """Compare with this picture from now on."""
        self._waiting = (seen.picture, seen.raw, t_s)

    def adopt_empty(self, seen: Comparison, t_s: float) -> None:
        """Compare with this picture from now on, and know it as the empty board."""
        self.adopt(seen, t_s)
        self.empty = self.reference

    def know_empty(self, after: int) -> bool:
        """Know the board as it was after an episode for empty; False when it has not changed since: any new picture shows it as well."""
        if all(episode <= after for episode in self._seen):
            return False
        if after in self._seen:
            self.empty = Reference.of(self._seen[after].after, self.region.face, self.reference.taken_s)
        return True

    def begin_again(self, picture: Image, t_s: float, most_px: float) -> "Scene | None":
        """Give the scene of another empty board before the same camera; None when it has moved by more than `most_px`."""
        if picture.shape != self._anchor.picture.shape:
            return None
        seen = compare(self._anchor, picture, self.region)
        if seen.alignment is None or seen.alignment.shift_px >= most_px:
            return None
        scene = Scene(self._camera, self.projection, self.region, seen.picture, t_s)
        scene.empty, scene._anchor = scene.reference, self._anchor
        return scene

    def compare(self, picture: Image) -> Comparison:
        """Lay a new picture over the reference and take the difference."""
        return compare(self.reference, picture, self.region)

    def remember(self, episode: int, seen: Comparison) -> None:
        """Keep an episode's pictures until the supervisor says which darts were new in it."""
        self._seen[episode] = Seen(self.reference.picture, seen.picture, _grown(seen.difference.changed))
        while len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)

    def pictures(self, episode: int) -> Seen | None:
        """Give the pictures of an episode, laid over each other; None when they are not kept any more."""
        return self._seen.get(episode)

    def disown(self, episode: int) -> None:
        """Compare again with what was before an episode."""
        seen = self._seen.pop(episode, None)
        if seen is not None:
            self._waiting = (seen.before, None, self.reference.taken_s)

    def take_darts(self, darts: tuple[KnownDart, ...]) -> None:
        """Remember what the darts that stand look like, and forget the others; one that was pushed aside looks as it does now."""
        pushed = {d.dart_id for d in darts if self._axes.get(d.dart_id, d.axis) != d.axis}
        known = {d.dart_id for d in darts if d.dart_id in self._traces} - (pushed if self.empty is not None else set())
        came = {d.dart_id: self._beside_empty() if d.dart_id in pushed else self._arrival(d) for d in darts if d.dart_id not in known}
        self._axes = {d.dart_id: d.axis for d in darts}
        self._traces = {d.dart_id: self._traces[d.dart_id] if d.dart_id in known else self._trace(d, came[d.dart_id]) for d in darts}
        self._reach = {d.dart_id: self._reach[d.dart_id] if d.dart_id in known else self._part_of(d, came[d.dart_id]) for d in darts}

    def against_empty(self, seen: Comparison) -> Comparison | None:
        """Compare a picture with the empty board, over which it lies already; None when no empty picture is known."""
        if self.empty is None:
            return None
        shown = difference(self.empty.picture, seen.picture, self.empty.edges, self.region.volume)
        return Comparison(seen.picture, seen.alignment, shown, seen.raw)

    def sightings(
        self, seen: Comparison, bare: Comparison | None, presence: tuple[DartPresence, ...], *, disturbed: bool
    ) -> list[Sighting]:
        """List the thin straight things in which a picture differs, each with how much of it is the empty board come back.

        Where darts that are still there hide others, less is believed. When one is `disturbed`, what differs from the empty board
        (`bare`) is looked at instead: a dart that went or was pushed aside differs from itself in confusing ways.
        """
        if cv2.countNonZero(seen.difference.changed) < FEWEST_CHANGED:
            return []
        hidden, touched = np.zeros_like(self.region.volume), np.zeros_like(self.region.volume)
        for each in presence:
            where = hidden if each.score >= UNDISTURBED else touched
            cv2.bitwise_or(where, self._reach[each.dart_id], where)
        shown = seen.difference
        if disturbed and bare is not None:
            # what is as it was has not come now, unless it is the middle of a dart that was pushed
            came = cv2.bitwise_or(_grown(seen.difference.changed), touched)
            shown = bare.difference.within(came.astype(np.uint8, copy=False))
        found = find_axes(shown, hidden, self.projection)
        if self.empty is None or bare is None:
            return found
        return leaving(found, self.projection, self.reference.picture, seen.picture, self.empty.picture)

    def spots(self, seen: Comparison, *, on_empty: bool = False) -> tuple[Blob, ...]:
        """List the wide places in which a picture differs from the reference, or from the empty board."""
        before = self.empty if on_empty and self.empty is not None else self.reference
        return find_spots(seen.difference, before.picture, seen.picture, self.projection, self.region.mm_per_px)

    def presence(self, picture: Image) -> tuple[DartPresence, ...]:
        """Say of every known dart how much of it a picture still shows."""
        return tuple(judge(trace, picture) for trace in self._traces.values())

    def face_share(self, seen: Comparison) -> float:
        """Give the share of the board's face that differs from the reference."""
        changed = cv2.bitwise_and(seen.difference.changed, self.region.face)
        return cv2.countNonZero(changed) / max(1, self.region.face_pixels)

    def empty_share(self, bare: Comparison) -> float:
        """Give the share of the board's face that differs from the empty board."""
        changed = cv2.bitwise_and(bare.difference.changed, self.region.face)
        apart = cv2.morphologyEx(changed, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
        return cv2.countNonZero(apart) / max(1, self.region.face_pixels)

    def _arrival(self, dart: KnownDart) -> Seen | None:
        """Give the pictures between which a dart came; None when they are not kept."""
        return self._seen.get(dart.episodes.get(self._camera, -1))

    def _beside_empty(self) -> Seen | None:
        """Give the empty board and the board as it is; None when no empty picture is known."""
        if self.empty is None:
            return None
        now = self.reference.picture
        changed = difference(self.empty.picture, now, self.empty.edges, self.region.volume).changed
        return Seen(self.empty.picture, now, _grown(changed))

    def _part_of(self, dart: KnownDart, came: Seen | None) -> Image:
        """Draw where in the picture a dart is: what changed when it came, as far as a dart reaches."""
        reach = np.zeros_like(self.region.volume)
        cv2.fillConvexPoly(reach, outline(dart.axis, self.projection, DART_MM, DART_HALF_MM), 255)
        return reach if came is None else cv2.bitwise_and(reach, came.changed).astype(np.uint8, copy=False)

    def _trace(self, dart: KnownDart, came: Seen | None) -> Trace:
        if came is None and self.empty is not None:
            return trace_dart(dart.dart_id, dart.axis, self.projection, self.empty.picture, None)
        if came is None:
            return trace_dart(dart.dart_id, dart.axis, self.projection, None, self.reference.picture)
        return trace_dart(dart.dart_id, dart.axis, self.projection, came.before, came.after)


def _grown(changed: Image) -> Image:
    return cv2.dilate(changed, np.ones((5, 5), np.uint8)).astype(np.uint8, copy=False)
