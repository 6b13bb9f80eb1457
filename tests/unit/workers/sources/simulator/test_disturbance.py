"""Tests of what disturbs the cameras."""

import math

import numpy as np
import pytest

from workers.sources.simulator.disturbance import (
    KINDS,
    MORE_KINDS,
    SLOT_S,
    ImagingConditions,
    bodies_at,
    bump_at,
    conditions_at,
    disturbances_of,
    running,
    waving_at,
)
from workers.sources.simulator.rig import VARIED_FROM

SLOTS = 200


def test_everything_happens_within_its_slot() -> None:
    """Each slot has one or two disturbances, all kinds come, and none runs on into the next."""
    found = [disturbances_of(3, slot) for slot in range(SLOTS)]

    assert {len(those) for those in found} == {1, 2}
    assert {d.kind for those in found for d in those} == set(KINDS)
    for slot, those in enumerate(found):
        assert all(slot * SLOT_S < d.start_s < d.end_s < (slot + 1) * SLOT_S for d in those)


@pytest.mark.parametrize("kind", MORE_KINDS)
def test_each_kind_is_seen_while_it_runs(kind: str) -> None:
    """In the middle of a disturbance some camera sees other light, a thing on its lens, a body, a hand, or stands elsewhere."""
    d = next(d for slot in range(SLOTS) for d in disturbances_of(VARIED_FROM, slot) if d.kind == kind)
    at_s = (d.start_s + d.end_s) / 2
    airs = [conditions_at(VARIED_FROM, camera, at_s) for camera in range(3)]
    calm = ImagingConditions(gain=max(conditions.gain for conditions in airs))
    pushed = any(bump_at(VARIED_FROM, camera, at_s).x for camera in range(3))

    assert any(conditions != calm for conditions in airs) or pushed or bodies_at(VARIED_FROM, at_s) or waving_at(VARIED_FROM, at_s)


def test_what_concerns_one_camera_leaves_the_others_alone() -> None:
    """A fly on one lens, a bump, an exposure that jumps are one camera's own."""
    for d in (d for slot in range(SLOTS) for d in disturbances_of(7, slot) if d.camera is not None):
        at_s, others = (d.start_s + d.end_s) / 2, [k for k in range(3) if k != d.camera]
        if len(running(7, at_s)) == 1:
            assert len({conditions_at(7, k, at_s) for k in others}) == 1
            assert all(bump_at(7, k, at_s).x == 0 for k in others)


def test_dusk_is_slow() -> None:
    """Where nothing else happens the light changes by less than a hundredth in a second."""
    times = [s for s in np.arange(0.0, 600.0, 1.0) if not running(9, s) and not running(9, s + 1)]
    gains = [(conditions_at(9, 0, s).gain, conditions_at(9, 0, s + 1).gain) for s in times]

    assert all(abs(b - a) < 0.01 for a, b in gains)
    assert min(a for a, _ in gains) < 0.8


def test_a_hand_that_waves_stays_next_to_the_board() -> None:
    """Its finger tips never come before the board."""
    for d in (d for slot in range(SLOTS) for d in disturbances_of(11, slot) if d.kind == "waving"):
        for hand in waving_at(11, (d.start_s + d.end_s) / 2):
            assert math.hypot(hand.x_mm, hand.y_mm) > 255
