"""How closely darts lie together: sums that are pooled over visits, or over darts at one target."""

from collections.abc import Iterable, Sequence
from math import fsum, hypot
from typing import Any

import msgspec

Point = tuple[float, float]


class Grouping(msgspec.Struct, kw_only=True):
    """Sums over groups of darts, in millimetres: distances from the mean of their group, and products of deviations."""

    darts: int = 0
    degrees: int = 0  # of freedom: one less than the darts of each group
    distances_mm: float = 0.0
    xx: float = 0.0
    xy: float = 0.0
    yy: float = 0.0


def mean_point(points: Sequence[Point]) -> Point:
    """Return the mean of at least one point."""
    return fsum(x for x, _ in points) / len(points), fsum(y for _, y in points) / len(points)


def group(points: Sequence[Point]) -> Grouping:
    """Return the sums of one group: the darts of a visit, or all darts at one target."""
    if not points:
        return Grouping()
    mean_x, mean_y = mean_point(points)
    deviations = [(x - mean_x, y - mean_y) for x, y in points]
    return Grouping(
        darts=len(points),
        degrees=len(points) - 1,
        distances_mm=fsum(hypot(dx, dy) for dx, dy in deviations),
        xx=fsum(dx * dx for dx, _ in deviations),
        xy=fsum(dx * dy for dx, dy in deviations),
        yy=fsum(dy * dy for _, dy in deviations),
    )


def group_visits(visits: Iterable[Sequence[Point]]) -> Grouping:
    """Return the pooled sums of visits; a visit of a single dart says nothing."""
    return pool(group(points) for points in visits if len(points) >= 2)


def pool(groups: Iterable[Grouping]) -> Grouping:
    """Return the sums of several groups."""
    total = Grouping()
    for each in groups:
        for name in Grouping.__struct_fields__:
            setattr(total, name, getattr(total, name) + getattr(each, name))
    return total


def written(grouping: Grouping) -> dict[str, Any]:
    """Return mean radius (mm) and covariance (mm²), null where there are too few darts."""
    g = grouping
    covariance = [[g.xx / g.degrees, g.xy / g.degrees], [g.xy / g.degrees, g.yy / g.degrees]] if g.degrees else None
    return {"mean_radius": g.distances_mm / g.darts if g.darts else None, "covariance": covariance}


def bias(points: Sequence[Point], target: Point) -> Point | None:
    """Return where darts at one target lie on average, relative to its centre; None without darts."""
    if not points:
        return None
    x, y = mean_point(points)
    return x - target[0], y - target[1]
