"""Draw a dart as SVG: what each camera compared, and how the cameras' lines cross on the board."""

import math
from collections.abc import Iterator

import numpy as np

from dartd.fusion.fused_axis import HOLDS_68
from dartd.replay.explain.explained_dart import ExplainedDart, Floats, fitted_sightings, line_on_face, pixels_of, pixels_of_rays
from schemas.base import CameraId
from schemas.board import SECTORS, BoardSpec
from schemas.geometry import Calibration
from schemas.pipe.from_worker import Settled
from schemas.pipe.sightings import Sighting

COLOURS = ("#e8590c", "#1c7ed6", "#9c36b5", "#2b8a3e", "#c2255c", "#0b7285")
REPORTED, TRUE = "#12b886", "#f03e3e"
ZOOM_SHARE = 0.3  # of the picture's width that a close-up shows
DRAWN_MM = 60.0  # of the reported axis in the pictures: point and barrel, which the cameras' lines are fitted to


def colour_of(dart: ExplainedDart, camera_id: CameraId) -> str:
    """Return a camera's colour, by its position among the names."""
    return COLOURS[sorted(dart.evidence.poses).index(camera_id) % len(COLOURS)]


def close_up(dart: ExplainedDart, camera_id: CameraId, picture: str, *, marked: bool) -> str:
    """Draw a part of the picture with this id around the dart; `marked` with the lines that were found, the reported dart and the truth."""
    settled, calibration = dart.evidence.settled[camera_id], dart.evidence.poses[camera_id]
    x, y = _middle(dart, settled, calibration)
    width = ZOOM_SHARE * calibration.width
    height = 0.75 * width
    marks = "".join(_marks(dart, camera_id, width / 240)) if marked else ""
    box = f"{x - width / 2:.1f} {y - height / 2:.1f} {width:.1f} {height:.1f}"
    return f'<svg class="close" viewBox="{box}"><use href="#{picture}"/>{marks}</svg>'


def whole(dart: ExplainedDart, camera_id: CameraId, picture: str) -> str:
    """Draw the whole picture with this id, with the reported dart and the truth."""
    calibration = dart.evidence.poses[camera_id]
    marks = "".join(_marks(dart, camera_id, calibration.width / 400))
    return f'<svg class="whole" viewBox="0 0 {calibration.width} {calibration.height}"><use href="#{picture}"/>{marks}</svg>'


def board_plane(dart: ExplainedDart, board: BoardSpec) -> str:
    """Draw the whole board from the front, with every dart that stands and the lines that cross at this one."""
    half = board.edge_mm + 4
    inside = "".join([*_board(board, 0.8, numbers=True), *_lines(dart, 2 * half, 1.2), *_points(dart, 4.0, 0.8)])
    return f'<svg class="board" viewBox="{-half} {-half} {2 * half} {2 * half}"><g transform="scale(1,-1)">{inside}</g></svg>'


def board_zoom(dart: ExplainedDart, board: BoardSpec) -> str:
    """Draw the board around the dart: the cameras' lines, the ellipse that holds the truth in 68 % of cases, and the truth."""
    x, y = _point(dart)
    uncertainty_mm = 1.0 if dart.hit is None else dart.hit.fusion.uncertainty_mm
    half = float(np.clip(max(3.0 * uncertainty_mm, 1.6 * (dart.error_mm or 0.0), 4.0), 4.0, 60.0))
    line = half / 200
    parts = [
        *_board(board, line, numbers=False),
        *_lines(dart, 4 * half, 1.6 * line),
        *_ellipse(dart, 2 * line),
        *_points(dart, half / 25, 2 * line),
    ]
    scale = _scale_bar(half)
    return (
        f'<svg class="board" viewBox="{x - half:.3f} {-y - half:.3f} {2 * half:.3f} {2 * half:.3f}">'
        f'<g transform="scale(1,-1)">{"".join(parts)}</g><g transform="translate({x:.3f} {-y:.3f})">{scale}</g></svg>'
    )


def ellipse_of(covariance: Floats) -> tuple[float, float, float]:
    """Return the half axes (mm) of the ellipse that holds 68 %, and the rotation of the longer one from x (degrees)."""
    spread, axes = np.linalg.eigh(covariance)
    rotation = math.degrees(math.atan2(axes[1, 1], axes[0, 1]))
    return HOLDS_68 * math.sqrt(max(spread[1], 0.0)), HOLDS_68 * math.sqrt(max(spread[0], 0.0)), rotation


def _point(dart: ExplainedDart) -> tuple[float, float]:
    if dart.hit is not None:
        return dart.hit.board_coordinates.x_mm, dart.hit.board_coordinates.y_mm
    return (dart.expect.x_mm, dart.expect.y_mm) if dart.expect is not None else (0.0, 0.0)


def _middle(dart: ExplainedDart, settled: Settled, calibration: Calibration) -> tuple[float, float]:
    """Return the middle of a close-up: the dart a little above its foot."""
    if dart.hit is None and settled.sightings:
        tip = settled.sightings[0].tip
        return tip.x, tip.y
    x, y = pixels_of(calibration, np.array([[*_point(dart), 25.0]]))[0]
    return float(x), float(y)


def _marks(dart: ExplainedDart, camera_id: CameraId, px: float) -> Iterator[str]:
    """Draw what a camera found: every line, the cross-sections of the one that counts, the reported axis, the true point."""
    settled, calibration = dart.evidence.settled[camera_id], dart.evidence.poses[camera_id]
    colour = colour_of(dart, camera_id)
    counts = fitted_sightings(dart).get(camera_id)
    for sighting in settled.sightings:
        if counts is None or sighting != counts[0]:
            yield _line(
                _ends(sighting, calibration),
                f'stroke="{colour}" stroke-width="{0.5 * px:.2f}" stroke-dasharray="{2 * px:.1f}" opacity="0.7"',
            )
    if counts is not None:
        sighting, used = counts
        yield _line(
            _ends(sighting, calibration), f'stroke="{colour}" stroke-width="{0.9 * px:.2f}"' + ("" if used else ' stroke-dasharray="6 3"')
        )
        middles = pixels_of_rays(calibration, np.array([[s.u, s.v] for s in sighting.sections]).reshape(-1, 2))
        yield from (f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{0.9 * px:.2f}" fill="{colour}"/>' for x, y in middles)
        yield _ring(sighting.tip.x, sighting.tip.y, 3 * px, f'stroke="{colour}" stroke-width="{px:.2f}"')
    if dart.hit is not None:
        (x, y), (slope_x, slope_y) = _point(dart), dart.hit.slope
        axis = pixels_of(calibration, np.array([[x, y, 0.0], [x + DRAWN_MM * slope_x, y + DRAWN_MM * slope_y, DRAWN_MM]]))
        yield _line(axis, f'stroke="{REPORTED}" stroke-width="{0.9 * px:.2f}"')
    if dart.expect is not None:
        x, y = pixels_of(calibration, np.array([[dart.expect.x_mm, dart.expect.y_mm, 0.0]]))[0]
        yield _cross(float(x), float(y), 4 * px, px)


def _ends(sighting: Sighting, calibration: Calibration) -> Floats:
    rays = np.array([[sighting.u, sighting.v], [sighting.u + sighting.du * sighting.length, sighting.v + sighting.dv * sighting.length]])
    return pixels_of_rays(calibration, rays)


def _board(board: BoardSpec, line_mm: float, *, numbers: bool) -> Iterator[str]:
    """Draw beds and wires; y is up."""
    yield f'<circle r="{board.edge_mm}" fill="#343a40"/>'
    rings = [(board.double_inner_mm, board.double_outer_mm), (board.triple_outer_mm, board.double_inner_mm)]
    rings += [(board.triple_inner_mm, board.triple_outer_mm), (board.single_bull_mm, board.triple_inner_mm)]
    for k, (inner, outer) in enumerate(rings):
        for sector in range(20):
            dark = sector % 2 == 0
            colour = ("#8f3d3d" if dark else "#3c7a57") if k % 2 == 0 else ("#2b2b2b" if dark else "#cfc6ae")
            yield f'<path d="{_bed(inner, outer, sector)}" fill="{colour}" stroke="#adb5bd" stroke-width="{line_mm:.3f}"/>'
    for radius, colour in ((board.single_bull_mm, "#3c7a57"), (board.bull_mm, "#8f3d3d")):
        yield f'<circle r="{radius}" fill="{colour}" stroke="#adb5bd" stroke-width="{line_mm:.3f}"/>'
    if numbers:
        for k, number in enumerate(SECTORS):
            angle = math.radians(90 - 18 * k)
            x, y = 196 * math.cos(angle), 196 * math.sin(angle)
            style = 'font-size="22" fill="#ced4da" text-anchor="middle" dy="8"'
            yield f'<text transform="translate({x:.1f} {y:.1f}) scale(1,-1)" {style}>{number}</text>'


def _bed(inner: float, outer: float, sector: int) -> str:
    (a, b), (c, d) = ((math.cos(t), math.sin(t)) for t in (math.radians(90 - 18 * sector + s) for s in (9, -9)))
    return (
        f"M{inner * a:.3f} {inner * b:.3f}L{outer * a:.3f} {outer * b:.3f}A{outer} {outer} 0 0 0 {outer * c:.3f} {outer * d:.3f}"
        f"L{inner * c:.3f} {inner * d:.3f}A{inner} {inner} 0 0 1 {inner * a:.3f} {inner * b:.3f}Z"
    )


def _lines(dart: ExplainedDart, reach_mm: float, width_mm: float) -> Iterator[str]:
    """Draw for each camera where the plane of its line meets the face, and the visible end as if it lay there."""
    x, y = _point(dart)
    for camera_id, (sighting, used) in fitted_sightings(dart).items():
        line = line_on_face(sighting, dart.evidence.poses[camera_id])
        along = (x - line.x_mm) * line.dx + (y - line.y_mm) * line.dy
        ends = np.array([[line.x_mm + (along + s) * line.dx, line.y_mm + (along + s) * line.dy] for s in (-reach_mm, reach_mm)])
        colour = colour_of(dart, camera_id)
        dashes = "" if used else f' stroke-dasharray="{6 * width_mm:.3f}"'
        yield _line(ends, f'stroke="{colour}" stroke-width="{width_mm:.3f}"{dashes}')
        yield f'<circle cx="{line.x_mm:.3f}" cy="{line.y_mm:.3f}" r="{2.2 * width_mm:.3f}" fill="{colour}"/>'


def _ellipse(dart: ExplainedDart, width_mm: float) -> Iterator[str]:
    fused = dart.fused_axis()
    if fused is not None:
        long, short, rotation = ellipse_of(fused.covariance)
        transform = f"translate({fused.axis.x_mm:.3f} {fused.axis.y_mm:.3f}) rotate({rotation:.1f})"
        style = f'fill="{REPORTED}33" stroke="{REPORTED}" stroke-width="{width_mm:.3f}"'
        yield f'<ellipse transform="{transform}" rx="{long:.3f}" ry="{short:.3f}" {style}/>'


def _points(dart: ExplainedDart, size_mm: float, width_mm: float) -> Iterator[str]:
    """Draw darts that stood, the reported point, and the true one."""
    for axis in dart.evidence.standing:
        yield f'<circle cx="{axis.x_mm:.2f}" cy="{axis.y_mm:.2f}" r="{size_mm:.3f}" fill="#adb5bd"/>'
    if dart.hit is not None:
        x, y = _point(dart)
        yield _ring(x, y, size_mm, f'stroke="{REPORTED}" stroke-width="{width_mm:.3f}"')
    if dart.expect is not None:
        yield _cross(dart.expect.x_mm, dart.expect.y_mm, size_mm, width_mm)


def _scale_bar(half_mm: float) -> str:
    length = next(mm for mm in (20, 10, 5, 2, 1) if mm < half_mm or mm == 1)
    x, y = -0.9 * half_mm, 0.9 * half_mm
    bar = f'<path d="M{x:.3f} {y:.3f}h{length}" stroke="#fff" stroke-width="{half_mm / 60:.3f}"/>'
    return f'{bar}<text x="{x:.3f}" y="{y - half_mm / 30:.3f}" font-size="{half_mm / 9:.3f}" fill="#fff">{length} mm</text>'


def _line(ends: Floats, style: str) -> str:
    (x1, y1), (x2, y2) = ends
    return f'<line x1="{x1:.3f}" y1="{y1:.3f}" x2="{x2:.3f}" y2="{y2:.3f}" {style}/>'


def _ring(x: float, y: float, size: float, style: str) -> str:
    return f'<circle cx="{x:.3f}" cy="{y:.3f}" r="{size:.3f}" fill="none" {style}/>'


def _cross(x: float, y: float, size: float, width: float) -> str:
    arms = f"M{x - size:.3f} {y:.3f}h{2 * size:.3f}M{x:.3f} {y - size:.3f}v{2 * size:.3f}"
    return f'<path d="{arms}" stroke="{TRUE}" stroke-width="{width:.3f}" fill="none"/>'
