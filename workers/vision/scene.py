"""The memory of one camera: the reference, the empty board, the pictures of recent episodes, and the pixels of each known dart."""

from collections import OrderedDict
from dataclasses import dataclass, replace

import cv2
import numpy as np

from schemas.base import CameraId, DartId
from schemas.geometry import Axis3
from schemas.pipe.sightings import Blob, DartPresence, Sighting
from schemas.pipe.to_worker import KnownDart
from workers.vision.axis import find_axes, is_dart
from workers.vision.blobs import find_blobs
from workers.vision.board_masks import BoardMasks
from workers.vision.difference import difference
from workers.vision.frame import Image
from workers.vision.presence import DartPixels, dart_pixels, leaving, outline, presence_of
from workers.vision.projection import CameraProjection
from workers.vision.reference import Comparison, Reference, compare, register

# Measure again: `python -m tests.bench.visits --visits 500` (darts hidden by others, removed, moved).
REMEMBERED = 8  # episodes whose pictures are kept until the supervisor says which darts arrived in them; bounds the memory
FEWEST_CHANGED = 25  # pixels: less is noise
UNDISTURBED = 0.8  # least presence of a dart that still hides what is behind it
PUSHED = 0.66  # most presence of a dart that was pushed: one that another hides in part keeps 0.79 and more (rigs C and F: 0.22 to 0.65)
DART_MM, DART_HALF_MM = 170.0, 25.0  # length and half the width of a dart with its flight, as far as it may hide others
GROW_PX = 5  # diameter by which a change is dilated: errors of registration, and blur
OPEN_PX = 2  # single changed pixels do not count in the share of the face


@dataclass(frozen=True)
class EpisodePictures:
    """The pictures of an episode, and a mask of where they differ (dilated); `registered` says whether the one before is."""

    before: Image
    after: Image
    changed: Image
    registered: bool = True


class Scene:
    """The memory of one calibrated camera. All its pictures are registered with the picture of the calibration."""

    def __init__(self, camera_id: CameraId, projection: CameraProjection, masks: BoardMasks, picture: Image, t_s: float) -> None:
        self._camera = camera_id
        self.projection = projection
        self.masks = masks
        self._pending: tuple[Image, Image | None, float, bool] | None = None
        self._reference = Reference.of(picture, masks.face, t_s)
        self._anchor = self._reference  # the picture of the calibration
        self.empty: Reference | None = None
        self._pictures: OrderedDict[int, EpisodePictures] = OrderedDict()
        self._dart_pixels: dict[DartId, DartPixels] = {}
        self._axes: dict[DartId, Axis3] = {}
        self._dart_masks: dict[DartId, Image] = {}

    @property
    def reference(self) -> Reference:
        """Return the reference that new pictures are compared with."""
        if self._pending is not None:
            picture, raw, t_s, registered = self._pending
            if raw is not None:
                # with the picture of the calibration itself: a chain of pictures registered with one another would drift away from it
                anchored, alignment = register(self._anchor, raw)
                picture, registered = (picture, registered) if alignment is None else (anchored, True)
            self._reference = Reference.of(picture, self.masks.face, t_s, registered=registered)
            self._pending = None
        return self._reference

    @property
    def reference_pending(self) -> bool:
        """Return whether the reference is still to be prepared, which is best done in a frame that needs no other work."""
        return self._pending is not None

    def set_reference(self, comparison: Comparison, t_s: float) -> None:
        """Make this picture the reference."""
        self._pending = (comparison.picture, comparison.raw, t_s, comparison.registered)

    def set_empty_reference(self, comparison: Comparison, t_s: float) -> None:
        """Make this picture the reference, and remember it as the empty board unless a dart stands in it."""
        self.set_reference(comparison, t_s)
        self._remember_empty(self.reference)

    def remember_empty(self) -> None:
        """Remember the reference as the empty board unless a dart stands in it."""
        self._remember_empty(self.reference)

    def _remember_empty(self, reference: Reference) -> None:
        """Remember a picture of the empty board; one that shows a dart which was not in the last one is none."""
        if self.empty is not None:
            shown = difference(self.empty.picture, reference.picture, self.empty.edges, self.masks.volume)
            if any(is_dart(each, self.projection) for each in find_axes(shown, np.zeros_like(self.masks.volume), self.projection)):
                return
        self.empty = reference

    def mark_empty(self, after: int) -> bool:
        """Remember the picture after an episode as the empty board; False if no episode followed: then any new picture shows it too."""
        if all(episode <= after for episode in self._pictures):
            return False
        if after in self._pictures:
            self._remember_empty(Reference.of(self._pictures[after].after, self.masks.face, self.reference.taken_s))
        return True

    def for_sequence(self, picture: Image, t_s: float, most_px: float) -> "Scene | None":
        """Return the scene of a new sequence, whose board is empty, before the same camera; None if it has moved by `most_px` or more."""
        if picture.shape != self._anchor.picture.shape:
            return None
        comparison = compare(self._anchor, picture, self.masks)
        if comparison.alignment is None or comparison.alignment.shift_px >= most_px:
            return None
        scene = Scene(self._camera, self.projection, self.masks, comparison.picture, t_s)
        scene.empty, scene._anchor = scene.reference, self._anchor
        return scene

    def compare(self, picture: Image) -> Comparison:
        """Register a new picture with the reference and compute the difference."""
        return compare(self.reference, picture, self.masks)

    def keep_pictures(self, episode: int, comparison: Comparison) -> None:
        """Keep the pictures of an episode until the supervisor says which darts arrived in it."""
        before, changed = self.reference, _grown(comparison.difference.changed)
        self._pictures[episode] = EpisodePictures(before.picture, comparison.picture, changed, before.registered)
        while len(self._pictures) > REMEMBERED:
            self._pictures.popitem(last=False)

    def pictures(self, episode: int) -> EpisodePictures | None:
        """Return the registered pictures of an episode; None if they are no longer kept."""
        return self._pictures.get(episode)

    def revert(self, episode: int) -> None:
        """Restore the reference from before an episode."""
        pictures = self._pictures.pop(episode, None)
        if pictures is not None:
            self._pending = (pictures.before, None, self.reference.taken_s, pictures.registered)

    def set_darts(self, darts: tuple[KnownDart, ...]) -> None:
        """Remember the pixels of the darts in the board and forget other darts; one that was pushed aside looks as it does now."""
        pushed = {d.dart_id for d in darts if self._axes.get(d.dart_id, d.axis) != d.axis}
        known = {d.dart_id for d in darts if d.dart_id in self._dart_pixels} - (pushed if self.empty is not None else set())
        arrival = {
            d.dart_id: self._against_empty_board() if d.dart_id in pushed else self._pictures_of_arrival(d)
            for d in darts
            if d.dart_id not in known
        }
        self._axes = {d.dart_id: d.axis for d in darts}
        self._dart_pixels = {
            d.dart_id: self._dart_pixels[d.dart_id] if d.dart_id in known else self._new_dart_pixels(d, arrival[d.dart_id]) for d in darts
        }
        self._dart_masks = {
            d.dart_id: self._dart_masks[d.dart_id] if d.dart_id in known else self._dart_mask(d, arrival[d.dart_id]) for d in darts
        }

    def against_empty(self, comparison: Comparison) -> Comparison | None:
        """Compare a registered picture with the empty board; None if that is not known."""
        if self.empty is None:
            return None
        shown = difference(self.empty.picture, comparison.picture, self.empty.edges, self.masks.volume)
        return replace(comparison, difference=shown)

    def sightings(
        self, comparison: Comparison, versus_empty: Comparison | None, presence: tuple[DartPresence, ...], *, darts_changed: bool
    ) -> list[Sighting]:
        """List the thin straight objects in the difference of a picture, each with the share of it where the empty board is visible again.

        Cross-sections that adjoin darts that are still there have less weight. If `darts_changed`, the difference from the empty board
        (`versus_empty`) is used instead: the difference of a dart that left or was pushed aside is confusing.
        """
        if cv2.countNonZero(comparison.difference.changed) < FEWEST_CHANGED:
            return []
        hidden, touched, pushed = (np.zeros_like(self.masks.volume) for _ in range(3))
        for each in presence:
            where = hidden if each.score >= UNDISTURBED else touched
            cv2.bitwise_or(where, self._dart_masks[each.dart_id], where)
            if each.score < PUSHED:
                cv2.bitwise_or(pushed, self._dart_masks[each.dart_id], pushed)
        shown = comparison.difference
        if darts_changed and versus_empty is not None:
            # a part that did not change is not new, unless it is the middle of a dart that was pushed aside
            arrival = cv2.bitwise_or(_grown(comparison.difference.changed), touched)
            shown = versus_empty.difference.within(arrival.astype(np.uint8, copy=False))
        found = find_axes(shown, hidden, self.projection, pushed if darts_changed else None)
        if self.empty is None or versus_empty is None:
            return found
        return leaving(found, self.projection, self.reference.picture, comparison.picture, self.empty.picture)

    def blobs(self, comparison: Comparison, *, on_empty: bool = False) -> tuple[Blob, ...]:
        """List the blobs in the difference of a picture from the reference, or from the empty board."""
        before = self.empty if on_empty and self.empty is not None else self.reference
        return find_blobs(comparison.difference, before.picture, comparison.picture, self.projection, self.masks.mm_per_px)

    def presence(self, picture: Image) -> tuple[DartPresence, ...]:
        """Return for each known dart how much of it is still visible in a picture."""
        return tuple(presence_of(pixels, picture) for pixels in self._dart_pixels.values())

    def face_share(self, comparison: Comparison) -> float:
        """Return the share of the board's face that differs from the reference."""
        changed = cv2.bitwise_and(comparison.difference.changed, self.masks.face)
        return cv2.countNonZero(changed) / max(1, self.masks.face_pixels)

    def empty_share(self, versus_empty: Comparison) -> float:
        """Return the share of the board's face that differs from the empty board."""
        changed = cv2.bitwise_and(versus_empty.difference.changed, self.masks.face)
        apart = cv2.morphologyEx(changed, cv2.MORPH_OPEN, np.ones((OPEN_PX, OPEN_PX), np.uint8))
        return cv2.countNonZero(apart) / max(1, self.masks.face_pixels)

    def _pictures_of_arrival(self, dart: KnownDart) -> EpisodePictures | None:
        """Return the pictures before and after the arrival of a dart; None if they are not kept."""
        return self._pictures.get(dart.episodes.get(self._camera, -1))

    def _against_empty_board(self) -> EpisodePictures | None:
        """Return the empty board and the board as it is now; None if no empty board is known."""
        if self.empty is None:
            return None
        now = self.reference.picture
        changed = difference(self.empty.picture, now, self.empty.edges, self.masks.volume).changed
        return EpisodePictures(self.empty.picture, now, _grown(changed))

    def _dart_mask(self, dart: KnownDart, arrival: EpisodePictures | None) -> Image:
        """Return a mask of a dart: the change of its arrival inside its outline."""
        mask = np.zeros_like(self.masks.volume)
        cv2.fillConvexPoly(mask, outline(dart.axis, self.projection, DART_MM, DART_HALF_MM), 255)
        return mask if arrival is None else cv2.bitwise_and(mask, arrival.changed).astype(np.uint8, copy=False)

    def _new_dart_pixels(self, dart: KnownDart, arrival: EpisodePictures | None) -> DartPixels:
        if arrival is None and self.empty is not None:
            return dart_pixels(dart.dart_id, dart.axis, self.projection, self.empty.picture, None)
        if arrival is None:
            return dart_pixels(dart.dart_id, dart.axis, self.projection, None, self.reference.picture)
        return dart_pixels(dart.dart_id, dart.axis, self.projection, arrival.before, arrival.after)


def _grown(changed: Image) -> Image:
    return cv2.dilate(changed, np.ones((GROW_PX, GROW_PX), np.uint8)).astype(np.uint8, copy=False)
