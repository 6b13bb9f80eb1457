"""Tests of the darts whose absence is uncertain."""

from dartd.board.falls import Falls
from tests.support.board import Scene


def test_the_last_dart_that_went_sets_the_time() -> None:
    """Each dart that is missed gives the next one the whole time of the check."""
    scene = Scene()
    scene.throw("T20")
    scene.throw("T19")
    first, second = scene.machine.darts
    falls = Falls()
    assert (len(falls), falls.due_s(1.0)) == (0, None)

    falls.add([first], 5.0)
    falls.add([second], 5.5)

    assert (len(falls), falls.due_s(1.0)) == (2, 6.5)
    assert first.dart_id in falls
    assert falls.at_s == {first.dart_id: 5.0, second.dart_id: 5.5}
