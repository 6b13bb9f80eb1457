"""The states of a detector: what it does with the next frame, and how frames and messages change that.

Everything that changes the state is in the table. An input that is not in it raises `DetectorStateError` and changes nothing. A frame that
fires no input leaves the state as it is, as do a picture of a covered lens, which is not compared, and the messages `UpdateBoard`,
`RevertReference` and `RenewReference`, which change what frames are compared with. All other messages are ignored by the detector.
"""

from enum import Enum
from types import MappingProxyType


class State(Enum):
    """What the detector does with the next frame; the value is its name in the diagram of `workers/vision/README.md`."""

    LOCATING = "locating"  # collect still pictures of the board
    CALIBRATING = "calibrating"  # `Busy` is sent: calibrate
    ALIGNING = "aligning"  # a sequence has begun: register its first picture with the picture of the calibration
    WATCHING = "watching"  # compare the quarter-size picture
    MOVING = "moving"  # an episode is open and the picture moves
    SETTLING = "settling"  # an episode is open and the last frame was still


class Input(Enum):
    """What a frame or a message means to the state; the value labels an arrow of the diagram."""

    PICTURES_COMPLETE = "pictures complete"
    CALIBRATED = "calibrated"
    RESUMED = "resumed with the stored empty board"
    REFUSED = "calibration refused"
    ALIGNED = "registered"
    CAMERA_MOVED = "camera moved"
    CHANGE = "motion or difference"
    STILL_CHANGE = "difference found by the refresh"
    STILL = "first still frame"
    SETTLED = "second still frame, or repeated frame"
    NEXT_SEQUENCE = "next sequence"
    RELOCATE = "calibrate, use calibration, or camera was away"


TRANSITIONS = MappingProxyType(
    {
        State.LOCATING: {
            Input.PICTURES_COMPLETE: State.CALIBRATING,
            Input.CALIBRATED: State.WATCHING,  # a given calibration fits, or a recording is calibrated from one picture
            Input.RESUMED: State.SETTLING,
            Input.REFUSED: State.LOCATING,
            Input.NEXT_SEQUENCE: State.LOCATING,
            Input.RELOCATE: State.LOCATING,
        },
        State.CALIBRATING: {
            Input.CALIBRATED: State.WATCHING,
            Input.REFUSED: State.LOCATING,
            Input.NEXT_SEQUENCE: State.LOCATING,
            Input.RELOCATE: State.LOCATING,
        },
        State.ALIGNING: {
            Input.ALIGNED: State.WATCHING,
            Input.CAMERA_MOVED: State.LOCATING,
            Input.NEXT_SEQUENCE: State.ALIGNING,
            Input.RELOCATE: State.LOCATING,
        },
        State.WATCHING: {
            Input.CHANGE: State.MOVING,
            Input.STILL_CHANGE: State.SETTLING,
            Input.CAMERA_MOVED: State.LOCATING,
            Input.NEXT_SEQUENCE: State.ALIGNING,
            Input.RELOCATE: State.LOCATING,
        },
        State.MOVING: {
            Input.STILL: State.SETTLING,
            Input.SETTLED: State.WATCHING,
            Input.NEXT_SEQUENCE: State.ALIGNING,
            Input.RELOCATE: State.LOCATING,
        },
        State.SETTLING: {
            Input.CHANGE: State.MOVING,
            Input.SETTLED: State.WATCHING,
            Input.NEXT_SEQUENCE: State.ALIGNING,
            Input.RELOCATE: State.LOCATING,
        },
    }
)


class DetectorStateError(Exception):
    """An input that the state does not allow: an error in the detector itself."""

    def __init__(self, state: State, fired: Input) -> None:
        super().__init__(f"{fired.value!r} is not possible while {state.value}")
        self.state = state
        self.fired = fired


def next_state(state: State, fired: Input) -> State:
    """Return the state after an input.

    Raises:
        DetectorStateError: the table has no such transition.
    """
    try:
        return TRANSITIONS[state][fired]
    except KeyError:
        raise DetectorStateError(state, fired) from None
