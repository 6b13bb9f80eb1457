"""Tests of what enters the board's inbox and what a step gives back."""

from typing import get_args

import msgspec
import pytest

from dartd.decision import CameraAdded, CameraRemoved, Input, Refused, Sample, Step, WorkerChange, WorkerSilence
from dartd.errors import CommandRefusedError
from schemas.base import CameraId, Command, Message
from schemas.events import JournalledEvent
from schemas.pipe.from_worker import SourceOpened


def test_a_step_in_which_nothing_happened_is_empty() -> None:
    """A step without events, orders and refusals needs nothing to be said, and two of them share nothing."""
    one, two = Step(), Step()
    one.refusals[0] = CommandRefusedError("no")

    assert (two.events, two.orders, two.refusals) == ((), (), {})


def test_what_enters_is_what_workers_people_and_supervisors_say() -> None:
    """Every input is a message of a worker, a command of a person, a change of a process or camera, or a sample; no two are mixed up."""
    inputs = get_args(Input)

    assert WorkerChange in inputs
    assert SourceOpened in inputs
    others = {WorkerChange, WorkerSilence, CameraAdded, CameraRemoved, Sample, Refused, *get_args(JournalledEvent)}
    assert all(issubclass(kind, Message | Command) for kind in inputs if kind not in others)


def test_a_change_cannot_be_changed() -> None:
    """Inputs are values: the receiver cannot alter it."""
    change = WorkerChange(at_s=1.0, camera_id=CameraId("cam0"), state="offline")

    assert change.reason == ""
    with pytest.raises(AttributeError):
        change.reason = "other"  # type: ignore[misc]  # that is the point


def test_a_change_has_a_known_state() -> None:
    """A state that no camera can have is refused when it comes from outside."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"at_s": 1.0, "camera_id": "cam0", "state": "asleep"}, WorkerChange)
