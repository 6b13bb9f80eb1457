"""Tests of an episode: one motion from its first frame to the still picture."""

from schemas.base import CameraId
from tests.support.scene import dart, outlook
from workers.vision.analysis import analyse
from workers.vision.episode import BRIEF_S, FLIGHT_S, Episode
from workers.vision.motion import MotionSample
from workers.vision.scene import Scene

CAMERA = CameraId("cam0")


def _sample(share: float, *, streak: bool = False) -> MotionSample:
    return MotionSample(moving=True, differs=True, share=share, streak=streak, still=False)


def test_the_largest_share_is_kept() -> None:
    """The largest share of the board that differed is remembered."""
    episode = Episode(1, 10.0, 10.0)
    for share in (0.1, 0.3, 0.2):
        episode.add(_sample(share), 10.0)

    assert episode.max_share == 0.3


def test_only_an_early_streak_is_a_flight() -> None:
    """A streak in the first frames is a dart in flight; a later one is not."""
    early, late = Episode(1, 10.0, 10.0), Episode(2, 10.0, 10.0)
    early.add(_sample(0.1, streak=True), 10.0 + FLIGHT_S - 0.01)
    late.add(_sample(0.1, streak=True), 10.0 + FLIGHT_S + 0.01)

    assert (early.flight, late.flight) == (True, False)


def test_two_wide_pictures_in_a_row_are_a_hand() -> None:
    """One wide picture may be a dart that falls close to the camera; two in a row are a hand."""
    episode = Episode(1, 0.0, 0.0)

    assert [episode.examine(k / 5, wide=wide) for k, wide in enumerate((True, False, True, True))] == [False, False, False, True]
    assert episode.examined_s == 3 / 5
    assert episode.motion_message(CAMERA, 1.0, 0.2).hand


def test_motion_discards_the_analysis() -> None:
    """When the picture moves again, the first still frame is still to come."""
    episode = Episode(1, 0.0, 0.0, still_since_s=1.0)
    episode.resume_motion()

    assert (episode.still_since_s, episode.analysis) == (None, None)


def test_the_end_is_reported_with_the_first_still_frame() -> None:
    """The message has the time of the first still frame, and a flight only in an episode that was brief."""
    look = outlook(1, 2)
    scene = Scene(CAMERA, look.projection, look.masks, look.picture(), 0.0)
    analysis = analyse(scene, look.picture(dart(-60, -90)), None, takeout=False)
    brief = Episode(3, 1.0, 1.0, flight=True, still_since_s=1.0 + BRIEF_S)
    long = Episode(4, 1.0, 1.0, flight=True, still_since_s=1.1 + BRIEF_S)
    settled = brief.settled_message(CAMERA, 9.0, analysis, scene)

    assert (settled.episode, settled.t_s, settled.started_s, settled.flight) == (3, 1.0 + BRIEF_S, 1.0, True)
    assert not long.settled_message(CAMERA, 9.0, analysis, scene).flight
    assert settled.max_share == settled.changed_share > 0
    assert settled.sightings == analysis.sightings
