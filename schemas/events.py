"""Every event of the wire, each one flat JSON object, and the envelope that journals one."""

from typing import Any, Literal

import msgspec

from schemas.base import BoardId, CameraId, DartId, Event, EventId, Value, VisitId
from schemas.board import Ring
from schemas.entities import EntityEvent
from schemas.presence import Presence
from schemas.today import MetricsUpdate, SystemStatus

ThrowState = Literal["wait_for_throw", "throw_detected", "throw_finished", "pull_out_started"]
BoardStatus = Literal["starting", "calibrating", "throw", "takeout", "stopped", "error"]
CameraState = Literal["starting", "calibrating", "ready", "offline", "error"]


class BoardCoordinates(Value, frozen=True, kw_only=True):
    """A point on the face, +x right, +y up."""

    x_mm: float
    y_mm: float


class PolarCoordinates(Value, frozen=True, kw_only=True):
    """The same point seen from the bull; the angle is counted counter-clockwise from +x, so the 20 is at 90°."""

    radius_mm: float
    angle_rad: float
    angle_deg: float


class Score(Value, frozen=True, kw_only=True):
    """What a dart scores."""

    base: int
    multiplier: int
    total: int
    ring: Ring
    sector: int | None
    label: str


class Fusion(Value, frozen=True, kw_only=True):
    """How sure the cameras are together: `uncertainty_mm` is the radius that holds the truth in 68 % of cases."""

    confidence: float
    uncertainty_mm: float
    cameras_used: tuple[CameraId, ...]
    num_cameras: int
    wire_distance_mm: float
    residual_mm: float


class PixelPoint(Value, frozen=True, kw_only=True):
    """A point in a camera's picture."""

    x: float
    y: float


class BoardPoint(Value, frozen=True, kw_only=True):
    """A point on the face as one camera sees it, in millimetres."""

    x: float
    y: float


class Deviation(Value, frozen=True, kw_only=True):
    """How far one camera's point lies from the fused one."""

    x: float
    y: float


class Detection(Value, frozen=True, kw_only=True):
    """What one camera saw of a dart."""

    camera_id: CameraId
    pixel: PixelPoint
    board: BoardPoint
    confidence: float
    used: bool
    weight: float
    reject_reason: str | None
    deviation_mm: Deviation


class Suggestion(Value, frozen=True, kw_only=True):
    """Another bed that the point may lie in, most likely first."""

    label: str
    ring: Ring
    sector: int | None
    total: int
    probability: float


class Timing(Value, frozen=True, kw_only=True):
    """When the first still frame was taken, and how long it took from there until the event was journalled."""

    settled_at: str
    latency_ms: float


class DartHit(Event, tag="dart_hit", frozen=True, kw_only=True):
    """A dart stuck: which bed, where, how sure."""

    dart_id: DartId
    visit_id: VisitId
    dart_number: int
    board_coordinates: BoardCoordinates
    polar_coordinates: PolarCoordinates
    score: Score
    fusion: Fusion
    detections: tuple[Detection, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    timing: Timing
    image_paths: tuple[str, ...] = ()
    slope: tuple[float, float] = (0.0, 0.0)


class DartUnscored(Event, tag="dart_unscored", frozen=True, kw_only=True):
    """A throw was seen but not localised; it takes a slot of the visit and waits for a correction."""

    dart_id: DartId
    visit_id: VisitId
    dart_number: int
    reason: str


class ExtraDart(Event, tag="extra_dart", frozen=True, kw_only=True):
    """A fourth dart landed before takeout; it does not count."""

    dart_id: DartId
    visit_id: VisitId
    board_coordinates: BoardCoordinates
    score: Score
    uncertainty_mm: float = 0.0
    slope: tuple[float, float] = (0.0, 0.0)


class DartRemoved(Event, tag="dart_removed", frozen=True, kw_only=True):
    """Darts were taken out of the board."""

    count_removed: int
    count_remaining: int
    removed_dart_ids: tuple[DartId, ...]
    visit_id: VisitId | None = None


class DartBounceOut(Event, tag="dart_bounce_out", frozen=True, kw_only=True):
    """A dart that had hit fell out by itself."""

    dart_id: DartId
    visit_id: VisitId
    dart_position: BoardCoordinates
    time_on_board_ms: int


class DartMoved(Event, tag="dart_moved", frozen=True, kw_only=True):
    """A dart was pushed aside by a later one; its score stands as first scored."""

    dart_id: DartId
    old_position: BoardCoordinates
    new_position: BoardCoordinates
    slope: tuple[float, float] = (0.0, 0.0)


class MotionData(Value, frozen=True, kw_only=True):
    """How much moved, and for how long."""

    max_motion: float
    motion_duration_ms: int


class ThrowMiss(Event, tag="throw_miss", frozen=True, kw_only=True):
    """Something was thrown and nothing stuck."""

    visit_id: VisitId
    dart_number: int | None
    motion_data: MotionData
    reason: Literal["timeout", "no_dart_detected"]


class VisitThrow(Value, frozen=True, kw_only=True):
    """One slot of a visit."""

    dart_number: int
    dart_id: DartId | None
    label: str
    points: int


class VisitCompleted(Event, tag="visit_completed", frozen=True, kw_only=True):
    """A visit ended: at its third slot or when a takeout ended it; told again (`revised`) after a correction."""

    visit_id: VisitId
    throws: tuple[VisitThrow, ...]
    total: int
    reason: Literal["three_darts", "takeout", "reset", "correction"]
    revised: bool = False


class DartCorrected(Event, tag="dart_corrected", frozen=True, kw_only=True):
    """A person changed, deleted or inserted a dart of a visit."""

    dart_id: DartId
    visit_id: VisitId
    dart_number: int
    operation: Literal["change", "delete", "insert"]
    old_label: str | None
    new_label: str | None
    score: Score | None = None


class TakeoutStarted(Event, tag="takeout_started", frozen=True, kw_only=True):
    """A hand is at the board."""

    visit_id: VisitId
    darts_in_board: int


class TakeoutFinished(Event, tag="takeout_finished", frozen=True, kw_only=True):
    """The board is free for the next visit; `count_remaining` darts were given up as part of the background."""

    visit_id: VisitId
    count_remaining: int = 0


class FalseTakeout(Event, tag="false_takeout", frozen=True, kw_only=True):
    """A hand came and left all darts in the board; the visit goes on."""

    visit_id: VisitId
    darts_in_board: int


class TakeoutOverdue(Event, tag="takeout_overdue", frozen=True, kw_only=True):
    """Darts still stand long after the hand left."""

    visit_id: VisitId
    count_remaining: int


class BoardStateChanged(Event, tag="board_state_changed", frozen=True, kw_only=True):
    """The throw state machine or the board's status moved on."""

    state: ThrowState
    previous_state: ThrowState
    status: BoardStatus
    previous_status: BoardStatus
    reason: str


class BoardReset(Event, tag="board_reset", frozen=True, kw_only=True):
    """A person reset the board: empty, fresh visit."""

    visit_id: VisitId
    user_id: str | None = None


class CameraStateChanged(Event, tag="camera_state_changed", frozen=True, kw_only=True):
    """A camera came, went, or fell ill."""

    camera_id: CameraId
    state: CameraState
    previous_state: CameraState
    reason: str = ""


class CalibrationChanged(Event, tag="calibration_changed", frozen=True, kw_only=True):
    """A camera was calibrated anew, or a calibration was refused and why."""

    camera_id: CameraId
    state: Literal["ready", "calibrating", "error"]
    residual_px: float | None = None
    residual_mm: float | None = None
    reason: str = ""


JournalledEvent = (
    DartHit
    | DartUnscored
    | ExtraDart
    | DartRemoved
    | DartBounceOut
    | DartMoved
    | ThrowMiss
    | VisitCompleted
    | DartCorrected
    | TakeoutStarted
    | TakeoutFinished
    | FalseTakeout
    | TakeoutOverdue
    | BoardStateChanged
    | BoardReset
    | CameraStateChanged
    | CalibrationChanged
)


class DartOnBoard(Value, frozen=True, kw_only=True):
    """A dart that stands in the board now, as the snapshot tells it."""

    dart_id: DartId
    dart_number: int
    board_coordinates: BoardCoordinates
    score: Score
    uncertainty_mm: float


class VisitSnapshot(Value, frozen=True, kw_only=True):
    """The visit that runs, or the last one until the next dart."""

    visit_id: VisitId
    throws: tuple[VisitThrow, ...] = ()
    total: int = 0
    completed: bool = False


class CameraSnapshot(Value, frozen=True, kw_only=True):
    """One camera as people want to know it."""

    camera_id: CameraId
    state: CameraState
    fps: float = 0.0
    reason: str = ""
    residual_px: float | None = None
    residual_mm: float | None = None


class Hello(Event, tag="hello", frozen=True, kw_only=True):
    """The first message: who speaks, how far the stream is, and how long (other than others) to wait before coming back."""

    version: str
    stream_id: str
    board_id: BoardId
    simulated: bool
    last_seq: int
    protocol: str = "dartd.v1"
    client_id: str = ""
    retry_ms: int = 1000


class Snapshot(Event, tag="snapshot", frozen=True, kw_only=True):
    """Everything that a client needs to show the board now; events after `last_seq` follow."""

    board_id: BoardId
    last_seq: int
    state: ThrowState
    status: BoardStatus
    darts: tuple[DartOnBoard, ...] = ()
    visit: VisitSnapshot
    cameras: tuple[CameraSnapshot, ...] = ()


class Pong(Event, tag="pong", frozen=True, kw_only=True):
    """The answer to a ping."""

    last_seq: int


class ErrorMessage(Event, tag="error", frozen=True, kw_only=True):
    """What was wrong with a client's message; the connection stays."""

    code: str
    message: str
    details: dict[str, Any] = msgspec.field(default_factory=dict)


class Gap(Event, tag="gap", frozen=True, kw_only=True):
    """Events that a client asked for are no longer here; a snapshot follows."""

    requested: int
    oldest: int
    last_seq: int
    reason: str


class Heartbeat(Event, tag="heartbeat", frozen=True, kw_only=True):
    """Sign of life, every 15 seconds."""

    last_seq: int


# Not journalled: `timestamp` is all that the wire adds, no `seq event_id board_id topic`.
LiveEvent = Hello | Snapshot | Pong | ErrorMessage | Gap | Heartbeat | Presence | MetricsUpdate | SystemStatus


class Envelope(Value, frozen=True, kw_only=True):
    """A journalled event (the board's, or of an entity) with its place. `wire` is the flat JSON object as every client gets it."""

    seq: int
    event_id: EventId
    board_id: BoardId
    topic: str
    at_s: float
    timestamp: str
    event: JournalledEvent | EntityEvent
    wire: bytes
