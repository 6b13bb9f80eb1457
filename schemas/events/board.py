"""Events of one dartboard: darts, visits, takeouts, its state, and who throws."""

from typing import Literal

from schemas.base import CameraId, DartId, Event, Value, VisitId
from schemas.board import Ring

ThrowState = Literal["wait_for_throw", "throw_detected", "throw_finished", "pull_out_started"]
BoardStatus = Literal["starting", "calibrating", "throw", "takeout", "stopped", "error"]


class BoardCoordinates(Value, frozen=True, kw_only=True):
    """A point on the face, +x right, +y up."""

    x_mm: float
    y_mm: float


class PolarCoordinates(Value, frozen=True, kw_only=True):
    """The same point in polar coordinates around the bull; the angle is counter-clockwise from +x, so the 20 is at 90°."""

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
    """How certain the fused point is: `uncertainty_mm` is the radius that holds the true point in 68 % of cases."""

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
    """A point on the face as one camera measures it, in millimetres."""

    x: float
    y: float


class Deviation(Value, frozen=True, kw_only=True):
    """The distance of one camera's point from the fused one, in millimetres."""

    x: float
    y: float


class Detection(Value, frozen=True, kw_only=True):
    """What one camera measured of a dart.

    `deviation_mm` is from the fused position to where this camera puts the point of the dart; `across_mm` is the distance of its line
    from the fused position. Along its line a camera alone cannot tell how deep the point is in the board: only the distance is an error.
    """

    camera_id: CameraId
    pixel: PixelPoint
    board: BoardPoint
    confidence: float
    used: bool
    weight: float
    reject_reason: str | None
    deviation_mm: Deviation
    across_mm: float | None = None


class Suggestion(Value, frozen=True, kw_only=True):
    """Another bed that the point may lie in, most likely first."""

    label: str
    ring: Ring
    sector: int | None
    total: int
    probability: float


class Timing(Value, frozen=True, kw_only=True):
    """When the first still frame was captured (ISO 8601), and the time from there until the event was journalled."""

    settled_at: str = ""
    latency_ms: float = 0.0


class VisitThrow(Value, frozen=True, kw_only=True):
    """One slot of a visit; `bounced`: the dart had hit and fell out."""

    dart_number: int
    dart_id: DartId | None
    label: str
    points: int
    bounced: bool = False


class VisitSnapshot(Value, frozen=True, kw_only=True):
    """A visit as it stands. `player_id` is the player who throws it, None when no player is signed on."""

    visit_id: VisitId
    throws: tuple[VisitThrow, ...] = ()
    total: int = 0
    completed: bool = False
    player_id: str | None = None


class DartOnBoard(Value, frozen=True, kw_only=True):
    """A dart that stands in the board."""

    dart_id: DartId
    dart_number: int
    board_coordinates: BoardCoordinates
    score: Score
    uncertainty_mm: float


class DartHit(Event, tag="dart_hit", frozen=True, kw_only=True):
    """A dart stuck: which bed, where, how certain. `visit` is the visit with this dart in it."""

    dart_id: DartId
    visit_id: VisitId
    dart_number: int
    board_coordinates: BoardCoordinates
    polar_coordinates: PolarCoordinates
    score: Score
    fusion: Fusion
    detections: tuple[Detection, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    timing: Timing = Timing()
    image_paths: tuple[str, ...] = ()
    slope: tuple[float, float] = (0.0, 0.0)
    player_id: str | None = None
    visit: VisitSnapshot | None = None


class DartUnscored(Event, tag="dart_unscored", frozen=True, kw_only=True):
    """A throw was seen but not localised; it takes a slot of the visit and waits for a correction."""

    dart_id: DartId
    visit_id: VisitId
    dart_number: int
    reason: str
    player_id: str | None = None
    visit: VisitSnapshot | None = None


class ExtraDart(Event, tag="extra_dart", frozen=True, kw_only=True):
    """A fourth dart landed before takeout; it does not count."""

    dart_id: DartId
    visit_id: VisitId
    board_coordinates: BoardCoordinates
    score: Score
    uncertainty_mm: float = 0.0
    slope: tuple[float, float] = (0.0, 0.0)
    player_id: str | None = None


class DartRemoved(Event, tag="dart_removed", frozen=True, kw_only=True):
    """Darts were taken out of the board."""

    count_removed: int
    count_remaining: int
    removed_dart_ids: tuple[DartId, ...]
    visit_id: VisitId | None = None


class DartBounceOut(Event, tag="dart_bounce_out", frozen=True, kw_only=True):
    """A dart that had hit fell out by itself. `visit` is the visit without its points."""

    dart_id: DartId
    visit_id: VisitId
    dart_position: BoardCoordinates
    time_on_board_ms: int
    player_id: str | None = None
    visit: VisitSnapshot | None = None


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
    player_id: str | None = None
    visit: VisitSnapshot | None = None


class VisitCompleted(Event, tag="visit_completed", frozen=True, kw_only=True):
    """A visit ended, at its third slot or at the takeout that ended it; sent again, `revised`, after a correction."""

    visit_id: VisitId
    throws: tuple[VisitThrow, ...]
    total: int
    reason: Literal["three_darts", "takeout", "reset", "correction"]
    revised: bool = False
    player_id: str | None = None


class DartCorrected(Event, tag="dart_corrected", frozen=True, kw_only=True):
    """A person changed, deleted or inserted a dart of a visit. `visit` is the visit with the correction."""

    dart_id: DartId
    visit_id: VisitId
    dart_number: int
    operation: Literal["change", "delete", "insert"]
    old_label: str | None
    new_label: str | None
    score: Score | None = None
    player_id: str | None = None
    user_id: str | None = None
    visit: VisitSnapshot | None = None


class TakeoutStarted(Event, tag="takeout_started", frozen=True, kw_only=True):
    """A hand is at the board."""

    visit_id: VisitId
    darts_in_board: int


class TakeoutFinished(Event, tag="takeout_finished", frozen=True, kw_only=True):
    """The board is free for the next visit; `count_remaining` darts were adopted as background.

    `visit` is the visit to show until the next dart.
    """

    visit_id: VisitId
    count_remaining: int = 0
    visit: VisitSnapshot | None = None


class FalseTakeout(Event, tag="false_takeout", frozen=True, kw_only=True):
    """A hand came and left all darts in the board; the visit goes on."""

    visit_id: VisitId
    darts_in_board: int


class TakeoutOverdue(Event, tag="takeout_overdue", frozen=True, kw_only=True):
    """Darts still stand long after the hand left."""

    visit_id: VisitId
    count_remaining: int


class BoardStateChanged(Event, tag="board_state_changed", frozen=True, kw_only=True):
    """The state of the throw state machine or the status of the board changed."""

    state: ThrowState
    previous_state: ThrowState
    status: BoardStatus
    previous_status: BoardStatus
    reason: str


class BoardReset(Event, tag="board_reset", frozen=True, kw_only=True):
    """A person reset the board: it counts as empty, and `visit` is a fresh visit."""

    visit_id: VisitId
    user_id: str | None = None
    visit: VisitSnapshot | None = None


class PlayerSignedOn(Event, tag="player_signed_on", frozen=True, kw_only=True):
    """A player signed on at the board, or (None) no player throws there any more; visits that begin from here on are theirs."""

    player_id: str | None
    previous_player_id: str | None = None
    user_id: str | None = None
    visit: VisitSnapshot | None = None
