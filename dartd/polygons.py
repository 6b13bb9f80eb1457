"""Polygons: whether one is simple, and whether it contains a point. Numbers alone, in any unit."""

from collections.abc import Sequence

Point = tuple[float, float]


def contains(polygon: Sequence[Point], point: Point) -> bool:
    """Return whether a point is inside a simple polygon, by the parity of the edges that a ray to the right crosses."""
    x, y = point
    inside = False
    for (x1, y1), (x2, y2) in _edges(polygon):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
            inside = not inside
    return inside


def is_simple(polygon: Sequence[Point]) -> bool:
    """Return whether no two edges of a polygon meet except neighbors in their common corner."""
    edges, count = _edges(polygon), len(polygon)
    for i in range(count):
        (a, b), (_, c) = edges[i], edges[(i + 1) % count]
        if a == b or (_side(a, b, c) == 0 and _dot(a, b, c) < 0):
            return False  # a corner given twice, or an edge that goes back over the one before
        for j in range(i + 2, count):
            if (j + 1) % count != i and _meet(*edges[i], *edges[j]):
                return False
    return True


def _edges(polygon: Sequence[Point]) -> list[tuple[Point, Point]]:
    return [(polygon[i], polygon[(i + 1) % len(polygon)]) for i in range(len(polygon))]


def _side(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _dot(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[0] - b[0]) + (b[1] - a[1]) * (c[1] - b[1])


def _meet(a: Point, b: Point, c: Point, d: Point) -> bool:
    sides = _side(a, b, c), _side(a, b, d), _side(c, d, a), _side(c, d, b)
    if sides[0] * sides[1] < 0 and sides[2] * sides[3] < 0:
        return True
    ends = ((a, b, c), (a, b, d), (c, d, a), (c, d, b))
    return any(side == 0 and _between(*end) for side, end in zip(sides, ends, strict=True))


def _between(a: Point, b: Point, point: Point) -> bool:
    return all(min(a[k], b[k]) <= point[k] <= max(a[k], b[k]) for k in range(2))
