"""The table of the throw state machine: which input leads from which state to which. The diagram in README.md is made from it."""

from typing import Literal

from dartd.errors import DartdError
from schemas.events import ThrowState

ThrowInput = Literal[
    "motion",  # something moves, not known to be a hand
    "hand",  # a hand is at the board and there is something to take (also one too quick to be seen)
    "still_with_darts",  # all is judged (or motion went on beyond its timeout) and darts stand in the board
    "still_without_darts",  # the same, and none stands
    "hand_left",  # the hand is gone and every dart still stands
    "darts_taken",  # one or more darts went during a takeout
    "board_emptied",  # the last dart is out and no hand is in view
    "pull_out_timeout",  # darts still stand long after the hand
    "adopt_timeout",  # and no hand takes them
    "reset",
    "new_sequence",
    "start",
    "stop",
    "correct",
    "sign_on",
]

_AFRESH: dict[ThrowInput, ThrowState] = {"reset": "wait_for_throw", "new_sequence": "wait_for_throw"}
TRANSITIONS: dict[ThrowState, dict[ThrowInput, ThrowState]] = {
    "wait_for_throw": {
        "motion": "throw_detected",
        "hand": "pull_out_started",
        "still_with_darts": "throw_finished",
        "still_without_darts": "wait_for_throw",
        **_AFRESH,
        "start": "wait_for_throw",
        "stop": "wait_for_throw",
        "correct": "wait_for_throw",
        "sign_on": "wait_for_throw",
    },
    "throw_detected": {
        "motion": "throw_detected",
        "hand": "pull_out_started",
        "still_with_darts": "throw_finished",
        "still_without_darts": "wait_for_throw",
        **_AFRESH,
        "start": "throw_detected",
        "stop": "throw_detected",
        "correct": "throw_detected",
        "sign_on": "throw_detected",
    },
    "throw_finished": {
        "motion": "throw_detected",
        "hand": "pull_out_started",
        "still_with_darts": "throw_finished",
        "still_without_darts": "wait_for_throw",
        **_AFRESH,
        "start": "throw_finished",
        "stop": "throw_finished",
        "correct": "throw_finished",
        "sign_on": "throw_finished",
    },
    "pull_out_started": {
        "motion": "pull_out_started",
        "hand": "pull_out_started",
        "hand_left": "throw_finished",
        "darts_taken": "pull_out_started",
        "board_emptied": "wait_for_throw",
        "pull_out_timeout": "pull_out_started",
        "adopt_timeout": "wait_for_throw",
        **_AFRESH,
        "start": "pull_out_started",
        "stop": "pull_out_started",
        "correct": "pull_out_started",
        "sign_on": "pull_out_started",
    },
}


class TransitionError(DartdError):
    """An input came in a state that the table has no row for: a fault of the machine itself."""


def next_state(state: ThrowState, given: ThrowInput) -> ThrowState:
    """Look the input up in the table.

    Raises:
        TransitionError: the table has no such input in this state.
    """
    try:
        return TRANSITIONS[state][given]
    except KeyError:
        raise TransitionError(f"{given} is no input of state {state}", state=state, input=given) from None
