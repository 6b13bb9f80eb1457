"""What waits in the inbox, and its callers."""

import asyncio

import pytest

from dartd.runtime.queued import QueuedInput, cancel, groups_of, settle
from schemas.commands import ResetBoard, StartBoard


async def test_each_command_is_a_group_of_its_own() -> None:
    """So that it knows its own events; what cameras sent between commands is one group."""
    answers = [asyncio.get_running_loop().create_future() for _ in range(2)]
    camera = [QueuedInput(StartBoard(), 0.0) for _ in range(3)]
    commands = [QueuedInput(ResetBoard(), 0.0, answer) for answer in answers]
    groups = [list(group) for group in groups_of([camera[0], camera[1], commands[0], commands[1], camera[2]])]

    assert groups == [camera[:2], [commands[0]], [commands[1]], [camera[2]]]
    assert list(groups_of([])) == [()]
    cancel([*camera, *commands])
    assert all(answer.cancelled() for answer in answers)


async def test_a_caller_gets_the_outcome_once() -> None:
    """A result or an exception; what comes later, or for a caller that is gone, changes nothing."""
    done, failed = (asyncio.get_running_loop().create_future() for _ in range(2))
    settle(done, 1)
    settle(done, 2)
    settle(failed, ValueError("mine"))
    settle(None, 3)

    assert await done == 1
    with pytest.raises(ValueError, match="mine"):
        await failed
