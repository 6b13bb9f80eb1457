"""Tests of what a camera remembers of the board before it."""

import cv2
import msgspec
import numpy as np
import pytest

from schemas.base import DartId
from schemas.pipe.to_worker import KnownDart
from tests.support.scene import WIDTH, Outlook, axis_of, dart, off_line_px, outlook
from workers.sources.simulator.darts import DartPose
from workers.sources.simulator.extended_projection import CameraShift
from workers.vision.frame import Image
from workers.vision.reference import Comparison
from workers.vision.registration import align
from workers.vision.scene import Scene

NEW = dart(-60, -90, slope_x=-0.05, slope_y=0.15, design=2)
SECOND = dart(0, 103, design=1)


def _scene(look: Outlook, *darts: DartPose) -> Scene:
    scene = Scene(look.camera_id, look.projection, look.masks, look.picture(*darts), 1.0)
    if not darts:
        scene.empty = scene.reference
    return scene


def _known(name: str, pose: DartPose, episode: int) -> KnownDart:
    return KnownDart(dart_id=DartId(name), axis=axis_of(pose), episodes={outlook(1, 1).camera_id: episode})


def _settle(scene: Scene, picture: Image, episode: int) -> Comparison:
    seen = scene.compare(picture)
    scene.keep_pictures(episode, seen)
    scene.set_reference(seen, float(episode))
    return seen


def _share(seen: Comparison) -> int:
    return int(np.count_nonzero(seen.difference.changed))


def test_what_is_adopted_is_compared_with() -> None:
    """A picture taken as reference is no difference any more; what was before it is."""
    look = outlook(1, 1)
    scene = _scene(look)
    _settle(scene, look.picture(NEW), 1)

    assert [scene.reference_pending, scene.reference.taken_s, scene.reference_pending] == [True, 1.0, False]
    assert _share(scene.compare(look.picture(NEW))) < 25
    assert _share(scene.compare(look.picture())) > 100


@pytest.mark.slow
def test_references_do_not_drift_from_the_picture_of_the_calibration() -> None:
    """However many pictures are adopted one after another while the camera creeps, each lies over the very first one."""
    look = outlook(1, 1)
    scene = _scene(look)
    first = scene.reference
    for number in range(25):
        scene.set_reference(scene.compare(look.picture(shift=CameraShift(x=0.02 * number, y=-0.015 * number))), float(number))
        _ = scene.reference
    seen = align(first.corners, cv2.cvtColor(scene.reference.picture, cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False))

    assert seen is not None
    assert seen.shift_px < 0.06


def test_a_disowned_episode_is_undone() -> None:
    """After disowning an episode pictures are compared with what was before it; an unknown episode changes nothing."""
    look = outlook(1, 1)
    scene = _scene(look)
    _settle(scene, look.picture(NEW), 1)
    scene.revert(99)
    assert _share(scene.compare(look.picture(NEW))) < 25

    scene.revert(1)
    assert _share(scene.compare(look.picture())) < 25


def test_known_darts_are_judged() -> None:
    """A dart that was new in a remembered episode is reported as there or gone; one that is no longer named is forgotten."""
    look = outlook(1, 1)
    scene = _scene(look)
    _settle(scene, look.picture(NEW), 1)
    scene.set_darts((_known("d1", NEW, 1),))
    there, gone = scene.presence(look.picture(NEW))[0], scene.presence(look.picture())[0]
    scene.set_darts(())

    assert there.score > 0.7
    assert gone.score < 0.3
    assert scene.presence(look.picture(NEW)) == ()


def test_a_dart_from_before_the_start_is_judged_by_its_looks() -> None:
    """A dart without a known episode is there as long as it looks as it does now."""
    look = outlook(1, 1)
    scene = _scene(look, NEW)
    scene.set_darts((_known("d1", NEW, 77),))
    there, gone = scene.presence(look.picture(NEW))[0], scene.presence(look.picture())[0]

    assert there.score > 0.7
    assert gone.score < there.score - 0.2


def test_a_dart_that_was_pushed_looks_as_it_does_now() -> None:
    """Once it is known where a dart was pushed to, it is whole there, and gone when it is."""
    look = outlook(1, 1)
    scene = _scene(look)
    pushed = dart(-52, -84, slope_x=-0.05, slope_y=0.15, design=2)
    _settle(scene, look.picture(NEW), 1)
    scene.set_darts((_known("d1", NEW, 1),))
    _settle(scene, look.picture(pushed), 2)
    before = scene.presence(look.picture(pushed))[0]
    scene.set_darts((_known("d1", pushed, 1),))
    there, gone = scene.presence(look.picture(pushed))[0], scene.presence(look.picture())[0]

    assert before.score < 0.7
    assert there.score > 0.9
    assert gone.score < 0.3


def test_a_new_dart_is_sighted() -> None:
    """The axis of a new dart is among the sightings, and does not leave; with nothing new there are none."""
    look = outlook(1, 1)
    scene = _scene(look)
    seen = scene.compare(look.picture(NEW))
    foot, head = look.seen(NEW, 0.0, 60.0)
    found = scene.sightings(seen, scene.against_empty(seen), (), darts_changed=False)
    off = [
        float(np.median(off_line_px(look.projection.denormalise(np.array([[c.u, c.v] for c in s.sections])), foot, head))) for s in found
    ]

    assert min(off) < 1.0
    assert found[int(np.argmin(off))].leaving < 0.5
    still = scene.compare(look.picture())
    assert scene.sightings(still, scene.against_empty(still), (), darts_changed=False) == []


def test_a_dart_that_is_taken_leaves() -> None:
    """The best line of a dart that went away is reported as leaving: the empty board came back along it."""
    look = outlook(1, 1)
    scene = _scene(look)
    _settle(scene, look.picture(NEW), 1)
    scene.set_darts((_known("d1", NEW, 1),))
    seen = scene.compare(look.picture())
    found = scene.sightings(seen, scene.against_empty(seen), scene.presence(seen.picture), darts_changed=True)

    assert max((s.leaving for s in found), default=1.0) > 0.5


def test_shares_are_how_much_differs() -> None:
    """A dart is a small share of the face, against the reference and against the empty board; nothing is (nearly) no share."""
    look = outlook(1, 1)
    scene = _scene(look)
    seen, still = scene.compare(look.picture(NEW)), scene.compare(look.picture())
    versus_empty, nothing = scene.against_empty(seen), scene.against_empty(still)
    assert versus_empty is not None
    assert nothing is not None

    assert 0.001 < scene.face_share(seen) < 0.08
    assert 0.001 < scene.empty_share(versus_empty) < 0.08
    assert scene.empty_share(nothing) < 0.001


def test_without_an_empty_picture_emptiness_is_unknown() -> None:
    """A scene that began with darts in the board cannot compare with the empty one, until it receives one."""
    look = outlook(1, 1)
    scene = _scene(look, NEW)
    assert scene.against_empty(scene.compare(look.picture())) is None

    scene.set_empty_reference(scene.compare(look.picture()), 5.0)
    assert scene.against_empty(scene.compare(look.picture())) is not None
    assert scene.reference.taken_s == 5.0


@pytest.mark.parametrize("shift", [CameraShift(), CameraShift(x=1.5, y=-2.0)], ids=["still", "moved"])
def test_another_sequence_lies_over_the_calibration(shift: CameraShift) -> None:
    """The empty board of the next sequence is laid over the picture of the calibration, however far the scene has gone since."""
    look = outlook(1, 1)
    scene = _scene(look)
    _settle(scene, look.picture(NEW, SECOND), 1)
    again = scene.for_sequence(look.picture(shift=shift), 9.0, 8.0)
    assert again is not None

    assert again.empty is not None
    assert _share(again.compare(look.picture())) < 0.003 * look.masks.face_pixels
    assert again.presence(look.picture()) == ()


def test_a_camera_that_was_moved_has_no_old_place() -> None:
    """A picture of another size, of something else, or from far off is no sequence of the same scene."""
    look = outlook(1, 1)
    scene = _scene(look)

    assert scene.for_sequence(look.picture()[:, : WIDTH // 2], 1.0, 8.0) is None
    assert scene.for_sequence(np.full_like(look.picture(), 120), 1.0, 8.0) is None
    assert scene.for_sequence(np.roll(look.picture(), 30, axis=1), 1.0, 8.0) is None


def test_what_is_remembered_is_bounded() -> None:
    """Only the last episodes can be taken back: an old one is forgotten, and disowning it changes nothing."""
    look = outlook(1, 1)
    scene = _scene(look)
    _settle(scene, look.picture(NEW), 0)
    for episode in range(1, 20):
        scene.keep_pictures(episode, scene.compare(look.picture(NEW)))
    scene.revert(0)

    assert _share(scene.compare(look.picture(NEW))) < 25
    assert msgspec.json.encode(scene.presence(look.picture())) == b"[]"
