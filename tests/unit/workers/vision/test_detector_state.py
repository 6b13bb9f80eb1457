"""Tests of the table of the detector's states."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.vision.detector_state import TRANSITIONS, DetectorStateError, Input, State, next_state

README = Path(__file__).parents[4] / "workers" / "vision" / "README.md"


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("fired", Input)
def test_an_input_follows_the_table_or_raises(state: State, fired: Input) -> None:
    """An input in the table gives the next state; any other raises an error that names both."""
    allowed = TRANSITIONS[state]
    if fired in allowed:
        assert next_state(state, fired) is allowed[fired]
        return
    with pytest.raises(DetectorStateError, match=f"{fired.value!r} is not possible while {state.value}") as raised:
        next_state(state, fired)

    assert (raised.value.state, raised.value.fired) == (state, fired)


@given(st.lists(st.sampled_from(Input), max_size=40))
def test_every_sequence_of_inputs_ends_in_a_state_that_can_be_left(inputs: list[Input]) -> None:
    """Whatever is fired, refused inputs change nothing, and a new sequence and a new calibration are always possible."""
    state = State.LOCATING
    for fired in inputs:
        try:
            state = next_state(state, fired)
        except DetectorStateError:
            assert fired not in TRANSITIONS[state]

    assert {Input.NEXT_SEQUENCE, Input.RELOCATE} <= TRANSITIONS[state].keys()


def test_every_state_is_reached() -> None:
    """No state and no input of the table is without use."""
    reached, waiting = {State.LOCATING}, [State.LOCATING]
    while waiting:
        for following in TRANSITIONS[waiting.pop()].values():
            if following not in reached:
                reached.add(following)
                waiting.append(following)

    assert reached == set(State)
    assert {fired for row in TRANSITIONS.values() for fired in row} == set(Input)


def test_the_diagram_shows_the_table() -> None:
    """The diagram in the README must hold exactly the transitions of the table, except those that are possible in every state."""
    text = README.read_text(encoding="utf-8").split("```mermaid\n")[1].split("```")[0]
    drawn = {line.strip() for line in text.splitlines() if "-->" in line and "[*]" not in line}
    everywhere = {Input.NEXT_SEQUENCE, Input.RELOCATE}
    rows = ((state, fired, following) for state, row in TRANSITIONS.items() for fired, following in row.items())

    assert drawn == {f"{state.value} --> {following.value}: {fired.value}" for state, fired, following in rows if fired not in everywhere}
