"""What all cameras together observed, as the throw state machine takes it."""

from schemas.base import CameraId, DartId, Value
from schemas.board import Bed
from schemas.events import Detection, Suggestion
from schemas.geometry import Axis3


class LocatedDart(Value, frozen=True, kw_only=True):
    """A new dart in the board: its axis, its bed, and how sure the cameras are.

    `uncertainty_mm` is the radius that holds the truth in 68 % of cases; `residual_mm` how far the cameras' lines are off the axis.
    `episodes` names, per camera, the episode in which the dart was new.
    """

    axis: Axis3
    bed: Bed
    uncertainty_mm: float
    wire_distance_mm: float
    residual_mm: float
    confidence: float
    cameras_used: tuple[CameraId, ...]
    num_cameras: int
    detections: tuple[Detection, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    episodes: dict[CameraId, int]
    settled_at_s: float


class OngoingMotion(Value, frozen=True, kw_only=True):
    """Something moves in front of the cameras; `hand` once it is known to be one."""

    at_s: float
    hand: bool


class Observation(Value, frozen=True, kw_only=True):
    """The outcome of one motion, once the cameras that moved have settled.

    `hand`: a hand is in view, at rest (then nothing else is decided, except which darts are surely gone). `darts`: new darts in the order
    they were found. `gone`: known darts that are no longer there. `moved`: known darts whose axis changed. `unlocalised`: a dart stuck,
    but where is unknown. `flight`: a dart flew through the pictures. `everywhere`: all cameras noticed motion at the same time, as when a
    dart strikes. `lingered`: what moved stayed longer than a falling dart is in view. `empty`: the board looks like the empty board; None
    when that is unknown.
    """

    at_s: float
    started_s: float
    settled_s: float
    hand: bool = False
    darts: tuple[LocatedDart, ...] = ()
    gone: tuple[DartId, ...] = ()
    moved: tuple[tuple[DartId, Axis3], ...] = ()
    unlocalised: bool = False
    flight: bool = False
    everywhere: bool = True
    lingered: bool = False
    max_motion: float = 0.0
    empty: bool | None = None
