"""Events as a board publishes them, built from few arguments."""

import math

from schemas.base import CameraId, DartId, VisitId
from schemas.board import BoardSpec, bed_at
from schemas.events import BoardCoordinates, DartHit, Fusion, PolarCoordinates, Score, Timing, VisitSnapshot, VisitThrow

_CAMERAS = (CameraId("cam0"), CameraId("cam1"), CameraId("cam2"))


def hit(dart: str = "dart-1", number: int = 1, x_mm: float = 0.0, y_mm: float = 103.0, visit: str = "visit-1") -> DartHit:
    """Return a hit, in the treble 20 by default; the darts of its visit before it hit the same bed."""
    bed = bed_at(x_mm, y_mm, BoardSpec())
    angle_rad = math.atan2(y_mm, x_mm) % math.tau
    throws = tuple(
        VisitThrow(dart_number=k, dart_id=DartId(dart) if k == number else None, label=bed.label, points=bed.total)
        for k in range(1, number + 1)
    )
    return DartHit(
        visit=VisitSnapshot(visit_id=VisitId(visit), throws=throws, total=bed.total * number),
        dart_id=DartId(dart),
        visit_id=VisitId(visit),
        dart_number=number,
        board_coordinates=BoardCoordinates(x_mm=x_mm, y_mm=y_mm),
        polar_coordinates=PolarCoordinates(radius_mm=math.hypot(x_mm, y_mm), angle_rad=angle_rad, angle_deg=math.degrees(angle_rad)),
        score=Score(base=bed.base, multiplier=bed.multiplier, total=bed.total, ring=bed.ring, sector=bed.sector, label=bed.label),
        fusion=Fusion(confidence=0.98, uncertainty_mm=0.6, cameras_used=_CAMERAS, num_cameras=3, wire_distance_mm=2.5, residual_mm=0.3),
        timing=Timing(settled_at="0.0", latency_ms=80.0),
    )
