"""The drawings of a report: bars, and the board with where darts hit. Sizes are in points of 1/72 inch."""

import math
from collections.abc import Sequence
from typing import Any, Final

from reportlab.graphics.shapes import Circle, Drawing, Group, Line, Rect, String, Wedge  # type: ignore[import-untyped]  # it ships no types
from reportlab.lib.colors import Color, HexColor  # type: ignore[import-untyped]  # it ships no types

from schemas.api.reports import ReportHeatMap
from schemas.board import SECTORS, BoardSpec

INK, QUIET, FAINT, BAR = HexColor("#15181c"), HexColor("#5b636e"), HexColor("#dcdfe4"), HexColor("#147a46")
_DARK, _LIGHT, _DOUBLES_DARK, _DOUBLES_LIGHT = HexColor("#c9ccd1"), HexColor("#eceef1"), HexColor("#b2b7be"), HexColor("#d9dce0")
_COOL, _HOT = (1.0, 0.80, 0.30), (0.78, 0.05, 0.08)  # of the least and of the most darts
_STEPS: Final = (1, 2, 5)
_FRAME, _BELOW = 24.0, 14.0  # left of the bars for the scale, below them for the labels


def bars(values: Sequence[int], labels: Sequence[str], size: tuple[float, float], font: str) -> Drawing:
    """Return a bar for each value, with a scale of round numbers."""
    width, height = size
    drawing = Drawing(width, height)
    top = _round_up(max(values, default=0))
    inner_width, inner_height = width - _FRAME, height - _BELOW - 10
    for number in range(5):
        value = top * number / 4
        if value != int(value):
            continue
        y = _BELOW + inner_height * number / 4
        drawing.add(Line(_FRAME, y, width, y, strokeColor=FAINT, strokeWidth=0.5))
        drawing.add(String(_FRAME - 4, y - 2.5, f"{int(value)}", fontName=font, fontSize=7, fillColor=QUIET, textAnchor="end"))
    step = inner_width / max(len(values), 1)
    for number, (value, label) in enumerate(zip(values, labels, strict=True)):
        x, high = _FRAME + number * step, inner_height * value / top
        if value:
            drawing.add(Rect(x + step * 0.12, _BELOW, step * 0.76, high, fillColor=BAR, strokeColor=None))
            shown = String(x + step / 2, _BELOW + high + 2, f"{value}", fontName=font, fontSize=6, fillColor=INK, textAnchor="middle")
            drawing.add(shown)
        drawing.add(String(x + step / 2, 3, label, fontName=font, fontSize=7, fillColor=QUIET, textAnchor="middle"))
    return drawing


def board(heat: ReportHeatMap, width: float, font: str) -> Drawing:
    """Return the board in grey with a square for each cell in which darts hit, the more the redder."""
    spec = BoardSpec()
    drawing = Drawing(width, width)
    scale = width / (2 * spec.edge_mm)
    group = Group(transform=(scale, 0, 0, scale, width / 2, width / 2))
    group.add(Circle(0, 0, spec.edge_mm, fillColor=HexColor("#f6f7f8"), strokeColor=FAINT, strokeWidth=1))
    for ring in _rings(spec):
        _add_ring(group, *ring)
    for radius_mm, colour in ((spec.single_bull_mm, _DOUBLES_LIGHT), (spec.bull_mm, _DOUBLES_DARK)):
        group.add(Circle(0, 0, radius_mm, fillColor=colour, strokeColor=HexColor("#ffffff"), strokeWidth=1))
    most = max((cell.count for cell in heat.cells), default=1)
    for cell in sorted(heat.cells, key=lambda each: each.count):
        if math.hypot(cell.x_mm, cell.y_mm) <= spec.edge_mm:
            side = heat.cell_mm
            square = Rect(cell.x_mm - side / 2, cell.y_mm - side / 2, side, side, strokeColor=None, fillColor=_colour(cell.count / most))
            group.add(square)
    radius_mm = (spec.double_outer_mm + spec.edge_mm) / 2
    for number, sector in enumerate(SECTORS):
        angle = math.pi / 2 - number * math.tau / len(SECTORS)
        x, y = radius_mm * math.cos(angle), radius_mm * math.sin(angle)
        group.add(String(x, y - 8, f"{sector}", fontName=font, fontSize=22, fillColor=INK, textAnchor="middle"))
    drawing.add(group)
    return drawing


def _rings(spec: BoardSpec) -> list[tuple[float, Any, Any]]:
    """Return the rings from the outside: each is painted over the one before."""
    return [
        (spec.double_outer_mm, _DOUBLES_DARK, _DOUBLES_LIGHT),
        (spec.double_inner_mm, _DARK, _LIGHT),
        (spec.triple_outer_mm, _DOUBLES_DARK, _DOUBLES_LIGHT),
        (spec.triple_inner_mm, _DARK, _LIGHT),
    ]


def _add_ring(group: Group, radius_mm: float, dark: Any, light: Any) -> None:
    degrees = 360 / len(SECTORS)
    for number in range(len(SECTORS)):
        begins = 90 - degrees / 2 - number * degrees
        colour = light if number % 2 else dark
        group.add(Wedge(0, 0, radius_mm, begins, begins + degrees, fillColor=colour, strokeColor=HexColor("#ffffff"), strokeWidth=0.8))


def _colour(share: float) -> Color:
    """Return the colour of a cell: by the root of its share, so that few darts differ from none."""
    part = math.sqrt(share)
    red, green, blue = (cool + (hot - cool) * part for cool, hot in zip(_COOL, _HOT, strict=True))
    return Color(red, green, blue, alpha=0.45 + 0.5 * part)


def _round_up(value: int) -> int:
    """Return the next number that is 4, 8 or 20 times a power of ten: four steps of it are round."""
    power = 1
    while True:
        for step in _STEPS:
            if 4 * step * power >= value:
                return 4 * step * power
        power *= 10
