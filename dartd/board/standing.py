"""A dart that stands in the board, and the events that are made of one."""

import math

import msgspec

from dartd.board.visit import NO_SLOT, Visit, score_of
from dartd.fusion.observation import LocatedDart
from schemas.base import CameraId, DartId, Value
from schemas.events import (
    BoardCoordinates,
    DartHit,
    DartMoved,
    DartOnBoard,
    ExtraDart,
    Fusion,
    PolarCoordinates,
    Score,
)
from schemas.geometry import Axis3


class StandingDart(Value, frozen=True, kw_only=True):
    """A dart that stands in the board since `landed_at_s`. `dart_number` is 0 for one that takes no slot of the visit.

    `episodes` names, per camera, the episode in which it was new; empty when the cameras were started after it came.
    """

    dart_id: DartId
    dart_number: int
    axis: Axis3
    score: Score
    uncertainty_mm: float
    landed_at_s: float
    episodes: dict[CameraId, int] = msgspec.field(default_factory=dict)

    @property
    def position(self) -> BoardCoordinates:
        """Return the point where its tip stands."""
        return point_of(self.axis)

    def on_board(self) -> DartOnBoard:
        """Return the dart as it stands in the snapshot."""
        return DartOnBoard(
            dart_id=self.dart_id,
            dart_number=self.dart_number,
            board_coordinates=self.position,
            score=self.score,
            uncertainty_mm=self.uncertainty_mm,
        )

    def moved(self, axis: Axis3) -> DartMoved:
        """Return the event of its being pushed aside."""
        slope = (axis.slope_x, axis.slope_y)
        return DartMoved(dart_id=self.dart_id, old_position=self.position, new_position=point_of(axis), slope=slope)


def from_hit(event: DartHit, at_s: float) -> StandingDart:
    """Return the dart of an event that happened at media time `at_s`."""
    return StandingDart(
        dart_id=event.dart_id,
        dart_number=event.dart_number,
        axis=axis_of(event.board_coordinates, event.slope),
        score=event.score,
        uncertainty_mm=event.fusion.uncertainty_mm,
        landed_at_s=at_s,
    )


def from_extra(event: ExtraDart, at_s: float) -> StandingDart:
    """Return the extra dart of an event that happened at media time `at_s`."""
    return StandingDart(
        dart_id=event.dart_id,
        dart_number=NO_SLOT,
        axis=axis_of(event.board_coordinates, event.slope),
        score=event.score,
        uncertainty_mm=event.uncertainty_mm,
        landed_at_s=at_s,
    )


def hit_event(landing: LocatedDart, dart_id: DartId, visit: Visit, dart_number: int) -> DartHit:
    """Return the event of a dart that stuck and takes a slot; its `timing` is filled in where wall time is known."""
    return DartHit(
        dart_id=dart_id,
        visit_id=visit.visit_id,
        dart_number=dart_number,
        board_coordinates=point_of(landing.axis),
        polar_coordinates=_polar(landing.axis),
        score=score_of(landing.bed),
        fusion=Fusion(
            confidence=landing.confidence,
            uncertainty_mm=landing.uncertainty_mm,
            cameras_used=landing.cameras_used,
            num_cameras=landing.num_cameras,
            wire_distance_mm=landing.wire_distance_mm,
            residual_mm=landing.residual_mm,
        ),
        detections=landing.detections,
        suggestions=landing.suggestions,
        slope=(landing.axis.slope_x, landing.axis.slope_y),
        player_id=visit.player_id,
    )


def extra_event(landing: LocatedDart, dart_id: DartId, visit: Visit) -> ExtraDart:
    """Return the event of a dart that stuck and does not count."""
    return ExtraDart(
        dart_id=dart_id,
        visit_id=visit.visit_id,
        board_coordinates=point_of(landing.axis),
        score=score_of(landing.bed),
        uncertainty_mm=landing.uncertainty_mm,
        slope=(landing.axis.slope_x, landing.axis.slope_y),
        player_id=visit.player_id,
    )


def point_of(axis: Axis3) -> BoardCoordinates:
    """Return the point where an axis cuts the face."""
    return BoardCoordinates(x_mm=axis.x_mm, y_mm=axis.y_mm)


def axis_of(point: BoardCoordinates, slope: tuple[float, float]) -> Axis3:
    """Return the axis through a point of the face."""
    return Axis3(x_mm=point.x_mm, y_mm=point.y_mm, slope_x=slope[0], slope_y=slope[1])


def _polar(axis: Axis3) -> PolarCoordinates:
    angle_rad = math.atan2(axis.y_mm, axis.x_mm) % math.tau
    if angle_rad >= math.tau:  # the remainder of a tiny negative angle rounds up to the whole turn
        angle_rad = 0.0
    return PolarCoordinates(radius_mm=math.hypot(axis.x_mm, axis.y_mm), angle_rad=angle_rad, angle_deg=math.degrees(angle_rad))
