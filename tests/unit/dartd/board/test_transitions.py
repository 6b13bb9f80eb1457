"""The table of the throw state machine."""

from typing import get_args

import pytest

from dartd.board.transitions import TRANSITIONS, ThrowInput, TransitionError, next_state
from schemas.events import ThrowState

W, D, F, P = "wait_for_throw", "throw_detected", "throw_finished", "pull_out_started"
PAIRS: dict[str, tuple[str | None, ...]] = {  # where each input leads from W, D, F and P; None: it is no input there
    "motion": (D, D, D, P),
    "hand": (P, P, P, P),
    "still_with_darts": (F, F, F, None),
    "still_without_darts": (W, W, W, None),
    "hand_left": (None, None, None, F),
    "darts_taken": (None, None, None, P),
    "board_emptied": (None, None, None, W),
    "pull_out_timeout": (None, None, None, P),
    "adopt_timeout": (None, None, None, W),
    "reset": (W, W, W, W),
    "new_sequence": (W, W, W, W),
    "start": (W, D, F, P),
    "stop": (W, D, F, P),
    "correct": (W, D, F, P),
    "sign_on": (W, D, F, P),
}


def test_every_state_and_input_is_named() -> None:
    """The table has the states of the events, and these tests have every input."""
    assert set(TRANSITIONS) == set(get_args(ThrowState))
    assert set(PAIRS) == set(get_args(ThrowInput))


@pytest.mark.parametrize("given", get_args(ThrowInput))
@pytest.mark.parametrize("state", get_args(ThrowState))
def test_every_pair_of_state_and_input(state: ThrowState, given: ThrowInput) -> None:
    """Each pair leads where it should; one without a place raises."""
    expected = PAIRS[given][(W, D, F, P).index(state)]

    if expected is None:
        with pytest.raises(TransitionError, match=f"{given} is no input of state {state}"):
            next_state(state, given)
    else:
        assert next_state(state, given) == expected
