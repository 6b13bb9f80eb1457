"""Tests of the policies that decide what a motion was, each alone."""

from collections.abc import Sequence
from dataclasses import replace

import msgspec
import pytest

from dartd.fusion.accept import (
    CLEAR_VISIBILITY,
    FIRST_SCORE,
    FURTHER_SCORE,
    MIN_VISIBILITY,
    PUSHED_SCORE,
    accept,
    accept_after_fall,
    accept_alone,
    accept_darts,
    accept_in_line,
    accept_single_view,
    accept_thrown,
    began_together,
    is_brighter_everywhere,
    is_fall,
    is_flight,
    is_light_change,
    is_lingering,
    is_miss,
    is_shadow,
    is_strike,
    is_stuck_out_of_view,
    is_supported,
    is_unlocalised,
    is_wide_change,
    min_score,
)
from dartd.fusion.fusion import fuse
from dartd.fusion.gather import Evidence
from dartd.fusion.presence import KnownDarts
from schemas.base import CameraId, DartId
from schemas.geometry import Axis3
from schemas.pipe.from_worker import Settled
from schemas.pipe.sightings import Finding, Sighting
from schemas.pipe.to_worker import KnownDart
from tests.support.fused import evidence_of, fused_axis
from tests.support.sightings import apart_mm, camera_sightings, hiding, rig, sighting_of, sightings_of_dart, spot

CALIBRATIONS = rig(3)
CAMERAS = [c.camera_id for c in CALIBRATIONS]
STANDING = KnownDart(dart_id=DartId("d1"), axis=Axis3(x_mm=50.0, y_mm=0.0, slope_y=0.15))
NONE, PUSHED = KnownDarts([], {}), KnownDarts([STANDING], {STANDING.dart_id: 0.5})
DART = Axis3(x_mm=-22.0, y_mm=61.0, slope_x=0.04, slope_y=0.2)


def _settled(
    camera: int = 0,
    started_s: float = 0.0,
    *,
    lasted_s: float = 0.3,
    flight: bool = False,
    finding: Finding = "other",
    changed_share: float = 0.01,
) -> Settled:
    return Settled(
        camera_id=CAMERAS[camera],
        t_s=started_s + lasted_s,
        episode=1,
        started_s=started_s,
        finding=finding,
        flight=flight,
        changed_share=changed_share,
        max_share=0.02,
    )


def _evidence(*settled: Settled, busy: Sequence[CameraId] = ()) -> Evidence:
    return Evidence({s.camera_id: s for s in settled}, {c.camera_id: c for c in CALIBRATIONS}, frozenset(busy))


def _adjoining(sighting: Sighting) -> Sighting:
    """Return a sighting as it is next to other darts: its cross-sections weigh less."""
    return msgspec.structs.replace(sighting, sections=tuple(msgspec.structs.replace(each, weight=0.3) for each in sighting.sections))


# -- darts


def test_a_throw_that_left_what_cameras_agree_on_is_a_dart() -> None:
    """Where all cameras noticed a flight, a dart that a group hides in part needs less; without a flight it is a shadow."""
    seen = (evidence_of(0, clarity=0.26, length_mm=51.0), evidence_of(2, clarity=0.24, length_mm=51.0))
    pushed, hidden = fused_axis(47.0), fused_axis(60.0, score=1.95, evidence=seen)
    flew, shook = [_settled(k, flight=True) for k in range(3)], [_settled(k) for k in range(3)]

    assert accept([pushed, hidden], [], PUSHED, _evidence(*flew), -1.0).darts == (pushed, hidden)
    assert accept([pushed, hidden], [], PUSHED, _evidence(*shook), -1.0).darts == (pushed,)
    assert accept_thrown([hidden, fused_axis(120.0)], [], 3) == [hidden]
    assert accept_thrown([fused_axis(50.0, score=1.95, evidence=seen)], [pushed], 3) == [pushed]
    assert accept_thrown([fused_axis(60.0, score=1.2, evidence=seen)], [], 3) == []


def test_a_whole_dart_that_one_camera_shows_is_no_miss() -> None:
    """What flew and that one camera shows as a whole dart stuck, where the others see some change; next to a pushed dart too."""
    alone, faint = (fused_axis(90.0, evidence=(evidence_of(0, clarity=clarity),), score=1.0) for clarity in (0.7, 0.3))
    shown = [_settled(0, flight=True, finding="dart"), _settled(1, flight=True), _settled(2, flight=True)]
    pushed = fused_axis(47.0)

    assert accept([alone], [], NONE, _evidence(*shown), -1.0).darts == (alone,)
    assert accept([pushed, alone], [], PUSHED, _evidence(*shown), -1.0).darts == (pushed, alone)
    assert accept([faint], [], NONE, _evidence(*shown), -1.0).darts == ()
    assert accept_alone([faint, alone], {s.camera_id: s for s in shown}) == [alone]
    vague = fused_axis(90.0, evidence=(evidence_of(0, clarity=0.7),), sigma_mm=8.0)
    assert accept_alone([vague], {s.camera_id: s for s in shown}) == []
    unseen = [*shown[:2], _settled(2, flight=True, finding="nothing")]
    assert accept_alone([alone], {s.camera_id: s for s in unseen}) == []
    assert accept_alone([alone], {s.camera_id: s for s in (_settled(0, flight=True), *shown[1:])}) == []


def test_a_dart_in_line_with_standing_ones_is_no_miss() -> None:
    """What flew and whose lines lie on those of standing darts that were compared with the empty board stuck before or behind them."""
    standing = [KnownDart(dart_id=DartId(f"d{k}"), axis=hiding(DART, c)) for k, c in enumerate(CALIBRATIONS[1:])]
    axes = tuple(dart.axis for dart in standing)
    lines = [camera_sightings(c, _adjoining(sighting_of(c, DART))) for c in CALIBRATIONS]
    reported = [lines[0], *(replace(each, known=axes) for each in lines[1:])]
    known, flew, shook = KnownDarts(standing, {}), [_settled(k, flight=True) for k in range(3)], [_settled(k) for k in range(3)]
    (found,) = accept(fuse(reported, axes), reported, known, _evidence(*flew), -1.0).darts

    assert apart_mm(found.axis, DART) < 1.0
    assert accept(fuse(reported, axes), reported, known, _evidence(*shook), -1.0).darts == ()
    assert accept_in_line(lines, known, 3) == []


def test_what_leaves_a_flight_may_be_hidden_between_darts() -> None:
    """Next to standing darts a line weighs little: it is a dart where two pictures show something wide, which a miss does not leave."""
    standing = [KnownDart(dart_id=DartId(f"d{k}"), axis=hiding(DART, c)) for k, c in enumerate(CALIBRATIONS[1:])]
    line = _adjoining(sighting_of(CALIBRATIONS[0], DART))
    reported = [camera_sightings(CALIBRATIONS[0], line), *map(camera_sightings, CALIBRATIONS[1:])]
    gone = [_settled(k, flight=True) for k in range(3)]
    left = [msgspec.structs.replace(s, blobs=(spot(c, DART, 130.0, 8.0),)) for s, c in zip(gone, CALIBRATIONS, strict=True)]
    known = KnownDarts(standing, {})
    (found,) = accept([], reported, known, _evidence(*left), -1.0).darts

    assert apart_mm(found.axis, DART) < 1.0
    assert accept([], reported, known, _evidence(*gone), -1.0).darts == ()
    assert accept([], reported, known, _evidence(left[0], *gone[1:]), -1.0).darts == ()


def test_lines_of_a_lodged_dart_make_no_other() -> None:
    """Where something prolongs a standing dart, lines that cross vaguely are its own, and it stuck; a dart that is well known counts."""
    blobs = [(spot(c, STANDING.axis, 180.0, 8.0),) for c in CALIBRATIONS]
    seen = _evidence(*(msgspec.structs.replace(_settled(k, flight=True), blobs=blobs[k]) for k in range(3)))
    known, vague, clear = KnownDarts([STANDING], {}), fused_axis(-90.0, sigma_mm=20.0), fused_axis(-90.0)

    assert (accept([vague], [], known, seen, -1.0).darts, accept([vague], [], known, seen, -1.0).lodged) == ((), True)
    assert accept([clear], [], known, seen, -1.0).darts == (clear,)
    assert not accept([vague], [], NONE, seen, -1.0).lodged


def test_the_first_dart_needs_less_than_a_second_and_a_pushed_one_least() -> None:
    """The score depends on whether the axis is the first, a further one, or near a disturbed dart."""
    near, far = fused_axis(60.0), fused_axis(90.0)

    assert min_score(far, [], is_first=True) == FIRST_SCORE
    assert min_score(far, [STANDING], is_first=False) == FURTHER_SCORE
    assert min_score(near, [STANDING], is_first=False) == PUSHED_SCORE


def test_a_dart_is_supported_by_two_cameras() -> None:
    """One camera of several is not enough; where there is only one, it has the first dart and no other."""
    alone = fused_axis(evidence=(evidence_of(0, clarity=0.9),))

    assert not is_supported(alone, 0.5, 3, MIN_VISIBILITY, is_first=True)
    assert is_supported(alone, 0.5, 1, MIN_VISIBILITY, is_first=True)
    assert not is_supported(alone, 0.5, 1, MIN_VISIBILITY, is_first=False)


def test_what_two_cameras_see_clearly_needs_no_third() -> None:
    """Below its score a first dart is accepted when it is clear; a second one is not, and none that is hardly visible."""
    clear = fused_axis(score=1.0, evidence=tuple(evidence_of(k, clarity=0.5) for k in range(2)))
    faint = fused_axis(score=2.9, evidence=tuple(evidence_of(k, clarity=0.2) for k in range(2)))

    assert clear.visibility > CLEAR_VISIBILITY
    assert is_supported(clear, 1.5, 3, MIN_VISIBILITY, is_first=True)
    assert not is_supported(clear, 1.5, 3, MIN_VISIBILITY, is_first=False)
    assert not is_supported(faint, 1.5, 3, MIN_VISIBILITY, is_first=True)


def test_an_axis_next_to_a_dart_of_the_same_motion_is_its_shadow() -> None:
    """Within 6 mm a second axis is a shadow; next to darts that were disturbed it may be a dart."""
    first, shadow, second = fused_axis(), fused_axis(5.0), fused_axis(7.0)

    assert is_shadow(shadow, [first])
    assert not is_shadow(second, [first])
    assert accept_darts([first, shadow, second], [], 3, MIN_VISIBILITY) == [first, second]
    assert accept_darts([first, shadow], [STANDING], 3, MIN_VISIBILITY) == [first, shadow]


def test_what_is_short_is_no_dart() -> None:
    """An axis is not accepted when no camera sees 30 mm of it."""
    short = fused_axis(evidence=tuple(evidence_of(k, length_mm=29.0) for k in range(3)))

    assert accept_darts([short], [], 3, MIN_VISIBILITY) == []


def test_where_a_dart_is_gone_only_a_clear_one_away_from_others_came() -> None:
    """Faint axes, and axes next to darts that stood, are what a fall leaves behind."""
    clear, faint = fused_axis(), fused_axis(evidence=tuple(evidence_of(k, clarity=0.2) for k in range(3)))

    assert accept_after_fall([clear, faint, fused_axis(47.0)], [STANDING]) == [clear]


def test_a_single_view_is_enough_where_no_other_camera_looks() -> None:
    """One camera's dart is accepted when no other picture shows it, and when there is another camera at all."""
    reported = [camera_sightings(CALIBRATIONS[0], sighting_of(CALIBRATIONS[0], DART))]
    narrow = {c.camera_id: msgspec.structs.replace(c, width=4, height=4) for c in CALIBRATIONS[1:]}
    poses = {c.camera_id: c for c in CALIBRATIONS}

    assert len(accept_single_view(reported, {CAMERAS[0]: CALIBRATIONS[0]} | narrow)) == 1
    assert accept_single_view(reported, poses) == []
    assert accept_single_view(reported, {CAMERAS[0]: CALIBRATIONS[0]}) == []


# -- misses


def test_a_flight_is_noticed_by_two_at_the_same_time() -> None:
    """A flight needs a second camera within 0.22 s, must not be reported already, and none may have been moving for longer."""
    flew, shook = _settled(0, 1.0, flight=True), _settled(1, 1.2)

    assert is_flight([flew, shook], 3, 0.0)
    assert not is_flight([flew, _settled(1, 1.3)], 3, 0.0)
    assert not is_flight([flew, shook], 3, 1.0)
    assert not is_flight([flew, shook, _settled(2, 0.5)], 3, 0.0)
    assert not is_flight([_settled(0, 1.0), shook], 3, 0.0)
    assert (is_flight([flew], 1, 0.0), is_flight([flew], 3, 0.0)) == (True, False)


def test_a_strike_shakes_all_cameras_shortly() -> None:
    """The others shook at the same time and found nothing; no camera still moves, and none moved for long."""
    dart = _settled(0, finding="dart")

    assert is_strike(CAMERAS[0], _evidence(dart, _settled(1, 0.1), _settled(2, finding="nothing")))
    assert not is_strike(CAMERAS[0], _evidence(dart))
    assert not is_strike(CAMERAS[0], _evidence(dart, _settled(1, 0.3)))
    assert not is_strike(CAMERAS[0], _evidence(dart, _settled(1, finding="light")))
    assert not is_strike(CAMERAS[0], _evidence(dart, _settled(1, lasted_s=0.5)))
    assert not is_strike(CAMERAS[0], _evidence(dart, _settled(1), busy=[CAMERAS[2]]))


def test_two_clear_lines_are_a_dart_that_stuck() -> None:
    """A dart in the end of another leaves a line in each picture; one camera's line may be a shadow, and weak ones are chance."""
    clear = sightings_of_dart(CALIBRATIONS, DART)
    weak = [replace(each, sightings=tuple(msgspec.structs.replace(s, confidence=0.5) for s in each.sightings)) for each in clear]

    assert is_unlocalised(clear, [])
    assert is_unlocalised([*clear[:2], weak[2]], [])
    assert not is_unlocalised([clear[0], *weak[1:]], [])
    assert not is_unlocalised([], [])
    short = [replace(each, sightings=tuple(msgspec.structs.replace(s, sections=s.sections[:7]) for s in each.sightings)) for each in clear]
    assert not is_unlocalised([clear[0], *short[1:]], [])
    assert is_unlocalised(weak[:2], [_settled(0, finding="dart"), _settled(1)])
    assert not is_unlocalised(weak, [_settled(0, finding="dart"), _settled(1), _settled(2)])


def test_a_dart_whose_foot_no_picture_shows_is_stuck_out_of_view() -> None:
    """A clear line that ends beyond the surround is one, if the camera found a dart."""
    seen = sighting_of(CALIBRATIONS[0], DART)
    cut_off = camera_sightings(CALIBRATIONS[0], msgspec.structs.replace(seen, u=seen.u + 0.8 * seen.du, v=seen.v + 0.8 * seen.dv))

    assert is_stuck_out_of_view(cut_off, _settled(finding="dart"))
    assert not is_stuck_out_of_view(cut_off, _settled(finding="other"))
    assert not is_stuck_out_of_view(camera_sightings(CALIBRATIONS[0], seen), _settled(finding="dart"))


def test_a_miss_is_noticed_by_all_at_the_same_time() -> None:
    """All cameras begin together and nothing lingers, no light changed, and little of the board did."""
    passed = [_settled(k, 0.1 * k) for k in range(3)]

    assert is_miss(_evidence(*passed))
    assert not is_miss(_evidence(*passed[:2]))
    assert not is_miss(_evidence(*passed[:2], _settled(2, 0.5)))
    assert not is_miss(_evidence(*passed[:2], _settled(2, lasted_s=0.7)))
    assert not is_miss(_evidence(*(_settled(k, finding="light") for k in range(3))))
    assert not is_miss(_evidence(*(_settled(k, changed_share=0.04) for k in range(3))))
    assert (began_together(passed), began_together([*passed, _settled(0, 0.3)]), began_together([])) == (True, False, True)


# -- falls


def test_a_dart_that_two_saw_fly_falls_past_the_others() -> None:
    """Two cameras saw it fly together, the last one notices it within the time of a fall."""
    flew = [_settled(0, flight=True), _settled(1, 0.2, flight=True)]

    assert is_fall([*flew, _settled(2, 0.6)])
    assert not is_fall([*flew, _settled(2, 0.7)])
    assert not is_fall([flew[0], _settled(1, 0.2), _settled(2, 0.6)])
    assert not is_fall([flew[0], _settled(1, 0.3, flight=True)])


@pytest.mark.parametrize(("lasted_s", "cameras", "lingers"), [((0.7, 0.7), 3, True), ((0.7, 0.6), 3, False), ((0.7,), 1, True)])
def test_what_two_cameras_see_longer_than_a_fall_lingers(lasted_s: tuple[float, ...], cameras: int, lingers: bool) -> None:  # noqa: FBT001
    """Motion of more than 0.65 s in two cameras, or the only one, is no falling dart."""
    assert is_lingering([_settled(k, lasted_s=s) for k, s in enumerate(lasted_s)], cameras) is lingers


# -- light


def test_light_changes_for_most_cameras() -> None:
    """Two of three cameras that found a change of light are most, one of two is not."""
    light, other = _settled(finding="light"), _settled(1)

    assert is_light_change([light, light, other])
    assert not is_light_change([light, other])
    assert not is_light_change([])


def test_more_than_darts_change_is_wide() -> None:
    """The median share decides: one camera with a wide change is not enough."""
    wide, narrow = _settled(changed_share=0.04), _settled(changed_share=0.02)

    assert is_wide_change([wide, wide, narrow])
    assert not is_wide_change([wide, narrow, narrow])
    assert not is_wide_change([])


# -- in order


def test_where_a_shadow_moves_a_dart_must_be_clear() -> None:
    """The visibility that is needed follows the share of the board that changed."""
    half = fused_axis(evidence=tuple(evidence_of(k, clarity=0.35) for k in range(2)))
    small, wide = (_evidence(*(_settled(k, changed_share=share) for k in range(3))) for share in (0.01, 0.05))

    assert accept([half], [], NONE, small, 0.0).darts == (half,)
    assert accept([half], [], NONE, wide, 0.0).darts == ()


def test_single_views_count_only_when_nothing_else_was_found() -> None:
    """With a dart, or with disturbed darts, no single camera is asked; a flight is reported all the same."""
    flew = _evidence(*(_settled(k, flight=True, finding="dart") for k in range(3)))
    reported = [camera_sightings(c, sighting_of(c, DART)) for c in CALIBRATIONS]
    found = accept([fused_axis()], reported, NONE, flew, -1.0)

    assert (len(found.darts), found.flight, found.stuck_out_of_view) == (1, True, False)
    assert accept([], reported, PUSHED, flew, -1.0).darts == ()


def test_light_changes_the_brightness_of_every_picture() -> None:
    """A dart that flies close to a camera, or a lens that is shaded, changes one picture and not the others."""
    gains = [(1.02, 1.03, 0.98), (1.02, 1.03, 1.002)]
    found = [
        is_brighter_everywhere([msgspec.structs.replace(_settled(k), evidence={"gain": gain}) for k, gain in enumerate(each)])
        for each in gains
    ]

    assert found == [True, False]
    assert not is_brighter_everywhere([msgspec.structs.replace(_settled(0), evidence={"gain": 1.1})])
    assert not is_brighter_everywhere([_settled(0), _settled(1)])
