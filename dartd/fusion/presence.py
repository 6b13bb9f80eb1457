"""Whether known darts are still there: undisturbed, pushed by another dart, or gone."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from dartd.fusion.camera_pose import is_in_picture
from dartd.fusion.dart_axis import foot_distance_mm, slope_difference
from dartd.fusion.fused_axis import FusedAxis
from dartd.fusion.gather import Evidence
from schemas.base import DartId
from schemas.geometry import Axis3
from schemas.pipe.to_worker import KnownDart

# Presence: 1 is a dart as when it was new, 0 the board as before it came. `python -m tests.bench.fusion DIR…` prints it for darts that
# stay and for those that are taken.
UNDISTURBED = 0.7  # a dart that nothing touched is at 0.97 to 1; one that is hidden a little at less
GONE = 0.4  # below: a dart is no longer there
GONE_AFTER_HAND = 0.55  # the same where a hand was: other darts may look like it from one side, but a hand leaves darts at 0.8 and more
MIN_WEIGHT = 0.25  # of all cameras together, for a presence to be known
STILL_WEIGHT = 0.5  # of a camera that noticed no motion: another dart may hide this one from it

# Darts that another dart pushed (mm at the face, slopes). `python -m tests.bench.visits --kind knock` prints what goes wrong.
PUSHED_MM = 20.0  # a dart that another one hits moves less than this
TILTED = 0.4  # and tilts less than 22°
MAX_ALONE_MM = 4.0  # a single new axis farther from the disturbed dart is a new dart that hides the old one
MOVED_MM = 1.0  # less is the cameras' own uncertainty


@dataclass(frozen=True)
class KnownDarts:
    """The darts that stood before a motion, and what the cameras say about them; darts without a presence are undisturbed."""

    standing: Sequence[KnownDart]
    presence: Mapping[DartId, float]

    @property
    def disturbed(self) -> list[KnownDart]:
        """The darts that are not as they were."""
        return [d for d in self.standing if self.presence.get(d.dart_id, 1.0) < UNDISTURBED]

    def stands_any(self, gone: Collection[DartId]) -> bool:
        """Return whether a dart that did not go was measured to be as it was: then the board is not empty."""
        return any(self.presence.get(d.dart_id, 0.0) >= UNDISTURBED for d in self.standing if d.dart_id not in gone)

    @property
    def undisturbed_axes(self) -> tuple[Axis3, ...]:
        """The axes of the darts that are as they were."""
        return tuple(d.axis for d in self.standing if self.presence.get(d.dart_id, 1.0) >= UNDISTURBED)


def assess_known_darts(standing: Sequence[KnownDart], evidence: Evidence) -> KnownDarts:
    """Combine what the cameras say about each dart; a camera counts by how much of the dart it can judge.

    Cameras that have the dart in their picture and noticed no motion all that time have it as it was.
    """
    presence = {}
    for dart in standing:
        found = [(p.weight, p.score) for s in evidence.settled.values() for p in s.presence if p.dart_id == dart.dart_id]
        if sum(weight for weight, _ in found) >= MIN_WEIGHT:
            found += [(STILL_WEIGHT, 1.0) for pose in evidence.still if is_in_picture(pose, dart.axis)]
            presence[dart.dart_id] = sum(weight * score for weight, score in found) / sum(weight for weight, _ in found)
    return KnownDarts(standing, presence)


def match_pushed(disturbed: Sequence[KnownDart], found: Sequence[FusedAxis]) -> dict[DartId, FusedAxis]:
    """Match disturbed darts with the axes that were found, the nearest pairs first."""
    pairs = sorted(
        (
            (foot_distance_mm(axis.axis, dart.axis), dart.dart_id, k)
            for dart in disturbed
            for k, axis in enumerate(found)
            if may_be_pushed_to(axis, dart)
        ),
        key=lambda pair: pair[0],
    )
    pushed: dict[DartId, FusedAxis] = {}
    taken: set[int] = set()
    for distance_mm, dart_id, k in pairs:
        is_new = len(found) == 1 and distance_mm > MAX_ALONE_MM
        if dart_id not in pushed and k not in taken and not is_new:
            pushed[dart_id] = found[k]
            taken.add(k)
    return pushed


def may_be_pushed_to(found: FusedAxis, dart: KnownDart) -> bool:
    """Return whether a dart may have been pushed to the axis that was found."""
    return foot_distance_mm(found.axis, dart.axis) < PUSHED_MM and slope_difference(found.axis, dart.axis) < TILTED


def moved_darts(disturbed: Sequence[KnownDart], pushed: Mapping[DartId, FusedAxis]) -> tuple[tuple[DartId, Axis3], ...]:
    """Return the pushed darts that moved by more than the cameras are uncertain of, with their new axes."""
    return tuple(
        (dart.dart_id, pushed[dart.dart_id].axis)
        for dart in disturbed
        if dart.dart_id in pushed and foot_distance_mm(pushed[dart.dart_id].axis, dart.axis) > MOVED_MM
    )


def gone_darts(known: KnownDarts, pushed: Mapping[DartId, FusedAxis], *, after_hand: bool) -> tuple[DartId, ...]:
    """Return the darts that are no longer there."""
    least = GONE_AFTER_HAND if after_hand else GONE
    return tuple(d.dart_id for d in known.disturbed if known.presence[d.dart_id] < least and d.dart_id not in pushed)
