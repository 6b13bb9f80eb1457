"""What the cameras together say happened, as the throw state machine takes it."""

from schemas.base import CameraId, DartId, Value
from schemas.board import Bed
from schemas.events import Detection, Suggestion
from schemas.geometry import Axis3


class Landing(Value, frozen=True, kw_only=True):
    """A dart that stuck: its axis in the board, its bed, and how sure the cameras are.

    `uncertainty_mm` is the radius that holds the truth in 68 % of cases; `residual_mm` how far the cameras' lines miss each other.
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


class Moving(Value, frozen=True, kw_only=True):
    """Something moves before the cameras; `hand` when it is seen to be one."""

    at_s: float
    hand: bool


class Observation(Value, frozen=True, kw_only=True):
    """All cameras that moved have settled, and this is what they say together.

    `hand`: a hand is in view, standing still (nothing else is judged then, except darts surely gone). `landings` in the order seen.
    `gone`: known darts that are no longer there. `moved`: known darts whose axis changed. `unlocalised`: a dart stuck, but where could
    not be said. `flight`: a dart flew through the picture. `everywhere`: all cameras saw motion begin at the same time, as when a dart
    strikes. `lingered`: what moved stayed longer than a dart that falls is in view. `empty`: the board looks like the empty board; None
    when that cannot be said.
    """

    at_s: float
    started_s: float
    settled_s: float
    hand: bool = False
    landings: tuple[Landing, ...] = ()
    gone: tuple[DartId, ...] = ()
    moved: tuple[tuple[DartId, Axis3], ...] = ()
    unlocalised: bool = False
    flight: bool = False
    everywhere: bool = True
    lingered: bool = False
    max_motion: float = 0.0
    empty: bool | None = None
