"""Faults on purpose."""

import pytest

from schemas.base import CameraId
from schemas.faults import DAEMON_FAULTS, FRAME_FAULTS, LOOSE_S, PROCESS_FAULTS, ScriptedFault


def test_every_kind_strikes_one_kind_of_thing() -> None:
    """A fault is injected by the part it concerns, so no kind may be of two sorts."""
    kinds = [*FRAME_FAULTS, *PROCESS_FAULTS, *DAEMON_FAULTS]

    assert len(kinds) == len(set(kinds)) == 19


def test_a_fault_without_a_camera_strikes_all_of_them() -> None:
    """One that names a camera strikes that one, one of the daemon none."""
    cameras = [CameraId("cam0"), CameraId("cam1")]
    struck = [
        [camera for camera in cameras if fault.concerns(camera)]
        for fault in (
            ScriptedFault(kind="black", at_s=1),
            ScriptedFault(kind="hang", at_s=1, camera=cameras[1]),
            ScriptedFault(kind="disk_full", at_s=1),
        )
    ]

    assert struck == [cameras, cameras[1:], []]


@pytest.mark.parametrize(("t_s", "on"), [(0.9, False), (1.0, True), (2.9, True), (3.0, False)])
def test_a_fault_lasts_as_long_as_it_says(t_s: float, on: bool) -> None:  # noqa: FBT001
    """It begins at its time and is over `for_s` later."""
    assert ScriptedFault(kind="frozen", at_s=1, for_s=2).is_on(t_s) is on


def test_a_loose_camera_rests_on_both_sides_and_blur_grows() -> None:
    """A camera that was knocked stays where it is; blur is whole after half of its time."""
    loose, knocked = (ScriptedFault(kind=kind, at_s=10, for_s=40, degrees=2) for kind in ("loose", "knocked"))
    blurred = ScriptedFault(kind="blurred", at_s=10, for_s=4, blur_px=6)

    assert [loose.turned_degrees(10 + k * LOOSE_S) for k in range(4)] == [2, -2, 2, -2]
    assert {knocked.turned_degrees(10 + k * LOOSE_S) for k in range(4)} == {2}
    assert [blurred.blurred_px(t_s) for t_s in (10, 11, 12, 13)] == [0, 3, 6, 6]
    assert ScriptedFault(kind="blurred", at_s=10, for_s=0).blurred_px(10) == 0
