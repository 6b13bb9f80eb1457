"""Decide what a motion was: a dart, a miss, something that fell, or a change of light.

Every policy is a function of what the cameras found; `accept` applies those for darts and flights in order. Hands have a module of their
own, and so have known darts.
"""

import statistics
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from dartd.fusion.camera_pose import is_in_picture
from dartd.fusion.camera_view import CameraSightings, CameraView
from dartd.fusion.dart_axis import REACH_MM, foot_distance_mm
from dartd.fusion.fused_axis import FusedAxis
from dartd.fusion.fusion import fuse
from dartd.fusion.gather import Evidence
from dartd.fusion.hidden_dart import find_hidden
from dartd.fusion.lodged_dart import is_lodged, is_of_lodged
from dartd.fusion.presence import KnownDarts, may_be_pushed_to
from schemas.base import CameraId
from schemas.geometry import Calibration
from schemas.pipe.from_worker import Settled
from schemas.pipe.sightings import Sighting
from schemas.pipe.to_worker import KnownDart

# Darts. Scores are for each camera (fused_axis.FusedAxis.score), visibility is the sum of the cameras' clarity, lengths are mm.
# `python -m tests.bench.fusion DIR…` prints all of them for every dart of a recording, and for the best axis that is none.
FIRST_SCORE = 0.52  # what the lines of the cameras must add up to for a dart
PUSHED_SCORE = 0.42  # for a dart near where it was pushed from
FURTHER_SCORE = 0.62  # for a second dart in the same motion; shadows and flights make weak lines too
MIN_VISIBILITY = 0.55  # of 700 darts none was below 0.61, crossings of shadows were up to 0.49
CLEAR_VISIBILITY = 0.8  # two cameras see most of it: that a third camera does not is no objection
# Of what landed in a group next to a dart that it pushed or hides behind: something flew, and a miss leaves nothing that cameras agree on.
THROWN_SCORE, THROWN_VISIBILITY = 0.42, 0.42  # (rigs C and F of rendered boards: 0.45 and 0.50 at the least)
THROWN_LENGTH_MM = 18.0  # what shows of a dark dart on a dark surround (rig F, two cameras: 23)
ALONE_VISIBILITY = 0.4  # of one camera, for a dart that no other can see
# The same for one that standing darts hide from all others: next to them its cross-sections weigh a third. Its flight is new in two
# pictures, and 12 simulated misses left nothing wide (`python -m tests.bench.motions --story drops --first-rig 7031` prints it).
HIDDEN_VISIBILITY = 0.2
ALONE_MM = 8.0  # most uncertainty of a dart that others only see as a change: an end that is no tip is known to 11 mm, and often far off
BORDER_SHARE = 0.05  # of the width of a picture: a dart this close to its border may be seen in part, and then no line is found
MIN_LENGTH_MM = 30.0  # of a dart a camera sees point and barrel, 60 mm or more; a fly on the board is short from everywhere
SHADOW_MM = 6.0  # the shadow of a dart starts at its foot: a second axis of the same motion so near to the first is no dart

# Darts that stuck but have no axis of their own, lodged in the end of another: of 18 simulated ones the second clearest camera had a line
# of confidence 0.92 or more, of 8 misses 0.57 or less. `python -m tests.bench.motions --story robin_hood --visits 12 --rigs 2 --first-rig
# 5060`, and `--story drops --visits 8 --rigs 1 --first-rig 5041`.
UNLOCALISED_CONFIDENCE, UNLOCALISED_WEIGHT = 0.85, 8.0  # the weight is that of its cross-sections: chance makes short lines, of 2

# Light. Shares are of the face of the board.
WIDE_SHARE = 0.03  # a dart changes up to 0.028 (99 % of 709: 0.018), a hand 0.05 and more: above, a dart must be clear
# Of the brightness against the picture before, in every camera: of 127 real and rendered throws it was up to 0.004 off 1, in one 0.007
# and in one 0.011, of 78 simulated ones up to 0.005; after a rendered change of light at least 0.016. `dartd replay --explain` prints it
# (`gain`), `python -m tests.bench.motions` its quantiles.
LIGHT_GAIN = 0.008

# Misses and falls, in seconds: simulated darts, `python -m tests.bench.visits --kind drops` and `--kind bounce_out` (see tests/README.md)
TOGETHER_S = 0.22  # within which cameras notice the same flight: it passes them in 0.1 s, and they are two frames apart
SHAKES_S = 0.4  # a board that was struck is still by then, as a dart is; what moves longer may be a hand
FALL_S = 0.65  # half a metre takes a third of a second, cameras shake on: the longest of 81 misses took 0.6, the quickest hand 0.65


@dataclass(frozen=True)
class Accepted:
    """What was accepted of a motion: darts (known ones that were pushed among them), a flight, a dart whose foot no picture shows.

    `stuck_out_of_view`: where no picture reaches; `lodged`: in the end of a standing one.
    """

    darts: tuple[FusedAxis, ...]
    flight: bool
    stuck_out_of_view: bool = False
    lodged: bool = False


def accept(
    candidates: Sequence[FusedAxis],
    reported: Sequence[CameraSightings],
    known: KnownDarts,
    evidence: Evidence,
    flown_s: float,
) -> Accepted:
    """Apply the policies for darts and flights to the candidates that were fused; flights up to `flown_s` were reported before."""
    disturbed = known.disturbed
    settled = evidence.settled
    flight = is_flight(settled.values(), evidence.num_cameras, flown_s)
    missed = flight and is_miss(evidence)
    standing = [dart.axis for dart in known.standing]
    lodged = flight and is_lodged(standing, evidence)
    if lodged:  # its lines cross far out, if at all, or where they meet the board
        candidates = [c for c in candidates if c.uncertainty_mm < ALONE_MM and not is_of_lodged(c, standing, evidence)]
    darts = accept_darts(
        candidates, disturbed, evidence.num_cameras, CLEAR_VISIBILITY if is_wide_change(settled.values()) else MIN_VISIBILITY
    )
    if missed and not lodged and not any(is_new(dart, disturbed) for dart in darts):
        darts = accept_thrown(candidates, darts, evidence.num_cameras)
        if disturbed and not any(is_new(dart, disturbed) for dart in darts):
            darts = [*darts, *accept_alone([c for c in candidates if not is_shadow(c, darts)], settled)]
    if darts or disturbed or lodged:
        return Accepted(tuple(darts), flight, lodged=lodged)
    struck = [each for each in reported if is_strike(each.camera_id, evidence)]
    flew = [each for each in reported if flight and settled[each.camera_id].flight]
    darts = accept_single_view([*flew, *struck], evidence.poses)
    if missed and not darts:
        visibility = HIDDEN_VISIBILITY if leaves_flight(evidence) else ALONE_VISIBILITY
        hidden = find_hidden(reported, known.undisturbed_axes, visibility, MIN_LENGTH_MM)
        darts = hidden or accept_alone(candidates, settled) or accept_in_line(reported, known, evidence.num_cameras)
    beyond = not darts and any(is_stuck_out_of_view(each, settled[each.camera_id]) for each in struck)
    return Accepted(tuple(darts), flight, stuck_out_of_view=beyond)


# -- darts


def accept_darts(
    candidates: Sequence[FusedAxis], disturbed: Sequence[KnownDart], num_cameras: int, min_visibility: float
) -> list[FusedAxis]:
    """Keep the candidates that enough cameras support; `disturbed` darts may be found again among new ones, and need less for it."""
    accepted: list[FusedAxis] = []
    for candidate in candidates:
        is_first = len(accepted) <= len(disturbed)
        score = min_score(candidate, disturbed, is_first=is_first) * num_cameras
        if (
            is_supported(candidate, score, num_cameras, min_visibility, is_first=is_first)
            and candidate.length_mm > MIN_LENGTH_MM
            and (disturbed or not is_shadow(candidate, accepted))
        ):
            accepted.append(candidate)
    return accepted


def is_new(candidate: FusedAxis, disturbed: Sequence[KnownDart]) -> bool:
    """Return whether a candidate cannot be a dart that was pushed."""
    return not any(may_be_pushed_to(candidate, dart) for dart in disturbed)


def accept_thrown(candidates: Sequence[FusedAxis], accepted: Sequence[FusedAxis], num_cameras: int) -> list[FusedAxis]:
    """Add the clearest other candidate when something was thrown that would otherwise have left nothing."""
    others = [candidate for candidate in candidates if not any(candidate is one for one in accepted)]
    clear = [
        candidate
        for candidate in others
        if candidate.score >= THROWN_SCORE * num_cameras
        and candidate.visibility > THROWN_VISIBILITY
        and len(candidate.cameras_used) > 1
        and candidate.length_mm > THROWN_LENGTH_MM
        and not is_shadow(candidate, accepted)
    ]
    return [*accepted, *clear[:1]]


def min_score(candidate: FusedAxis, disturbed: Sequence[KnownDart], *, is_first: bool) -> float:
    """Return the score that a candidate needs for each camera."""
    if any(may_be_pushed_to(candidate, dart) for dart in disturbed):
        return PUSHED_SCORE
    return FIRST_SCORE if is_first else FURTHER_SCORE


def is_supported(candidate: FusedAxis, score: float, num_cameras: int, min_visibility: float, *, is_first: bool) -> bool:
    """Return whether enough cameras see enough of a candidate.

    One camera alone cannot distinguish a second dart from a flight or a shadow of the first.
    """
    if num_cameras > 1 and candidate.visibility <= min_visibility:
        return False
    if len(candidate.cameras_used) < 2 and not (num_cameras == 1 and is_first):
        return False
    return candidate.score >= score or (is_first and candidate.visibility > CLEAR_VISIBILITY)


def is_shadow(candidate: FusedAxis, accepted: Sequence[FusedAxis]) -> bool:
    """Return whether a candidate may be the shadow of a dart of the same motion."""
    return any(foot_distance_mm(candidate.axis, other.axis) < SHADOW_MM for other in accepted)


def accept_after_fall(darts: Sequence[FusedAxis], standing: Sequence[KnownDart]) -> list[FusedAxis]:
    """Keep the darts that are clear and away from others; where one is gone, its neighbours look different, and so do their shadows."""
    return [
        dart
        for dart in darts
        if dart.visibility > CLEAR_VISIBILITY and all(foot_distance_mm(dart.axis, other.axis) > SHADOW_MM for other in standing)
    ]


def accept_single_view(reported: Sequence[CameraSightings], poses: Mapping[CameraId, Calibration]) -> list[FusedAxis]:
    """Find the dart where the pictures of all other cameras end: far out in the surround one camera may be alone."""
    for each in reported:
        others = [pose for camera, pose in poses.items() if camera != each.camera_id]
        found = [f for f in fuse([each], most=1) if f.visibility > ALONE_VISIBILITY and f.length_mm > MIN_LENGTH_MM]
        if others and found and not any(is_in_picture(pose, found[0].axis, BORDER_SHARE) for pose in others):
            return found
    return []


def accept_alone(candidates: Sequence[FusedAxis], settled: Mapping[CameraId, Settled]) -> list[FusedAxis]:
    """Return the clearest dart that some cameras show whole and the others only as a change: dark before dark, or next to other darts."""
    if any(s.finding == "nothing" for s in settled.values()):
        return []
    whole = [
        candidate
        for candidate in candidates
        if candidate.visibility > ALONE_VISIBILITY
        and candidate.length_mm > MIN_LENGTH_MM
        and candidate.uncertainty_mm < ALONE_MM
        and all(settled[camera].finding == "dart" for camera in candidate.cameras_used)
    ]
    return sorted(whole, key=lambda candidate: -candidate.visibility)[:1]


def accept_in_line(reported: Sequence[CameraSightings], known: KnownDarts, num_cameras: int) -> list[FusedAxis]:
    """Return the dart that some cameras show in front of or behind a standing one: what they see of it lies on the line of that one.

    Cameras that compare with the empty board report standing darts too, so that such lines usually are those of darts that were there.
    The lines of two cameras always cross somewhere, those of three in a dart.
    """
    if not any(each.known for each in reported):
        return []
    found = fuse([replace(each, known=()) for each in reported], known.undisturbed_axes)
    return [dart for dart in accept_darts(found, (), num_cameras, MIN_VISIBILITY) if len(dart.cameras_used) > 2][:1]


def leaves_flight(evidence: Evidence) -> bool:
    """Return whether two pictures show something as wide as a flight that was not there before the motion."""
    return sum(bool(s.blobs) and not s.blobs_on_empty for s in evidence.settled.values()) > 1


# -- misses


def is_flight(settled: Collection[Settled], num_cameras: int, flown_s: float) -> bool:
    """Return whether something flew: one camera noticed a flight, and another one, if there is one, that or a shake at the same time.

    What flew up to `flown_s` was reported when other cameras had settled. Someone who walks past comes to one camera after another, and
    what crawls on one lens is nothing to the others. A camera that has been moving for longer has a hand in view, and the others see the
    shadow of that hand.
    """
    began = [s.started_s for s in settled]
    return any(
        one.started_s - min(began) < SHAKES_S and (num_cameras == 1 or sum(abs(b - one.started_s) <= TOGETHER_S for b in began) > 1)
        for one in settled
        if one.flight and one.started_s > flown_s
    )


def is_strike(camera_id: CameraId, evidence: Evidence) -> bool:
    """Return whether something struck the board: all cameras shook together and shortly, and none but this one found a change."""
    settled = evidence.settled
    others = [settled[c] for c in evidence.poses if c != camera_id and c in settled]
    return (
        bool(others)
        and not any(c in evidence.busy for c in evidence.poses)
        and all(s.finding in {"nothing", "other"} and abs(s.started_s - settled[camera_id].started_s) <= TOGETHER_S for s in others)
        and all(s.t_s - s.started_s < SHAKES_S for s in settled.values())
    )


def is_stuck_out_of_view(reported: CameraSightings, settled: Settled) -> bool:
    """Return whether a camera sees a dart that stuck where even its picture ends: it is in no bed, and its point is unknown."""
    return settled.finding == "dart" and CameraView(reported).ends_beyond(REACH_MM, ALONE_VISIBILITY)


def is_unlocalised(reported: Sequence[CameraSightings], settled: Collection[Settled]) -> bool:
    """Return whether something stuck of what flew, though no axis was accepted for it.

    Two cameras see a clear line, or one of two a whole dart that other darts hide from the second.
    """
    clear = [each for each in reported if any(_is_clear(sighting) for sighting in each.sightings)]
    return len(clear) > 1 or (len(settled) == 2 and any(s.finding == "dart" for s in settled))


def _is_clear(sighting: Sighting) -> bool:
    return sighting.confidence >= UNLOCALISED_CONFIDENCE and sum(s.weight for s in sighting.sections) >= UNLOCALISED_WEIGHT


def is_miss(evidence: Evidence) -> bool:
    """Return whether something passed all cameras and left nothing: at the same time, or falling past those that did not see it fly."""
    settled = list(evidence.settled.values())
    return (
        len(settled) >= len(evidence.poses)
        and (began_together(settled) or is_fall(settled))
        and not is_light_change(settled)
        and not is_brighter_everywhere(settled)
        and not is_lingering(settled, 1)
        and not is_wide_change(settled)
    )


def began_together(settled: Collection[Settled]) -> bool:
    """Return whether the cameras noticed motion at the same time."""
    began = [s.started_s for s in settled]
    return max(began, default=0.0) - min(began, default=0.0) <= TOGETHER_S


# -- falls


def is_fall(settled: Collection[Settled]) -> bool:
    """Return whether two cameras saw something fly, and the others noticed it while it fell."""
    began = [s.started_s for s in settled]
    flew = [s.started_s for s in settled if s.flight]
    return len(flew) > 1 and max(flew) - min(flew) <= TOGETHER_S and max(began) - min(began) <= FALL_S


def is_lingering(settled: Collection[Settled], num_cameras: int) -> bool:
    """Return whether two cameras, or the only one, noticed motion for longer than a dart takes to fall out of their pictures."""
    return sum(s.t_s - s.started_s > FALL_S for s in settled) >= min(2, num_cameras)


# -- light


def is_light_change(settled: Collection[Settled]) -> bool:
    """Return whether most cameras found a change of light."""
    return 2 * sum(s.finding == "light" for s in settled) > len(settled)


def is_brighter_everywhere(settled: Collection[Settled]) -> bool:
    """Return whether the pictures of all cameras, two at least, became brighter or darker: a light does that, and no dart."""
    return len(settled) > 1 and min(abs(s.evidence.get("gain", 1.0) - 1) for s in settled) > LIGHT_GAIN


def is_wide_change(settled: Collection[Settled]) -> bool:
    """Return whether more of the board changed than darts change: in a shadow or a beam there are many lines of chance."""
    return statistics.median_low([s.changed_share for s in settled] or [0.0]) > WIDE_SHARE  # of two: a dart may be close to one
