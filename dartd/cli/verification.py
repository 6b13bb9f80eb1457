"""`dartd calibrate --verify`: compare the darts reported by a running daemon with the beds they were put into."""

import math
import sys
from typing import NamedTuple

import anyio
import click

from dartd.client import DartdClient
from schemas.board import SECTOR_RAD, SECTORS, Bed, BoardSpec, parse_bed
from schemas.events import DartHit, ExtraDart, Snapshot

WRONG_BED, USAGE_ERROR, NO_DAEMON = 1, 2, 3
ANSWER_S = 15.0


class BedComparison(NamedTuple):
    """A reported dart compared with its bed: whether ring and sector are right, and its distance from the bed (mm, 0 inside)."""

    ring: bool
    sector: bool
    off_mm: float


def compare(beds: str, url: str, board: BoardSpec) -> int:
    """Wait for a dart in each bed of a list, in order, and print the comparison.

    Return 0 if all are right, 1 if not, 2 without beds, 3 if no daemon answers within `ANSWER_S`.
    """
    try:
        wanted = [parse_bed(bed) for bed in beds.replace(",", " ").split()]
    except ValueError as error:
        click.echo(str(error), err=True)
        return USAGE_ERROR
    if not wanted:
        click.echo("name at least one bed, as in --verify 'T20 D16 BULL'", err=True)
        return USAGE_ERROR
    try:
        comparisons = anyio.run(_listen, wanted, url, board)
    except KeyboardInterrupt:
        return WRONG_BED
    except TimeoutError:
        click.echo(f"no daemon answers at {url}: start dartd, or name another address with --url", err=True)
        return NO_DAEMON
    right = sum(v.ring and v.sector for v in comparisons)
    worst_mm = max(v.off_mm for v in comparisons)
    click.echo(f"{right} of {len(comparisons)} beds right; farthest from its bed: {worst_mm:.1f} mm")
    return 0 if right == len(comparisons) else WRONG_BED


async def _listen(wanted: list[Bed], url: str, board: BoardSpec) -> list[BedComparison]:
    comparisons: list[BedComparison] = []
    client = DartdClient(url)
    click.echo(f"waiting for the daemon at {url}", err=True)
    with anyio.fail_after(ANSWER_S) as waiting:
        async for reported in client.listen():
            waiting.deadline = math.inf
            match reported.event:
                case Snapshot() if not comparisons:
                    click.echo(f"put a dart into {wanted[0].label}", err=True)
                case DartHit() | ExtraDart() as dart:
                    bed, at = wanted[len(comparisons)], dart.board_coordinates
                    comparison = assess(at.x_mm, at.y_mm, Bed(ring=dart.score.ring, sector=dart.score.sector), bed, board)
                    comparisons.append(comparison)
                    click.echo(_line(dart, bed, comparison))
                    if len(comparisons) == len(wanted):
                        return comparisons
                    click.echo(f"put a dart into {wanted[len(comparisons)].label}", err=True)
                case _:
                    pass
            sys.stdout.flush()
    return comparisons


def _line(dart: DartHit | ExtraDart, bed: Bed, comparison: BedComparison) -> str:
    how = "right" if comparison.ring and comparison.sector else "the sector is wrong" if comparison.ring else "the ring is wrong"
    if not (comparison.ring or comparison.sector):
        how = "ring and sector are wrong"
    at = dart.board_coordinates
    sure = f" ±{dart.fusion.uncertainty_mm:.1f} mm" if isinstance(dart, DartHit) else ""
    where = f"{comparison.off_mm:4.1f} mm outside" if comparison.off_mm else "inside"
    return f"{bed.label:>5}: reported {dart.score.label:<5} at ({at.x_mm:6.1f}, {at.y_mm:6.1f}){sure}, {where}; {how}"


def assess(x_mm: float, y_mm: float, reported: Bed, wanted: Bed, board: BoardSpec) -> BedComparison:
    """Compare the reported bed with the wanted one; inner and outer single are the same where `S20` names both."""
    singles = {"inner_single", "outer_single"}
    ring = reported.ring == wanted.ring or {reported.ring, wanted.ring} <= singles
    sector = wanted.sector is None or reported.sector == wanted.sector
    return BedComparison(ring, sector, 0.0 if ring and sector else _distance_mm(x_mm, y_mm, wanted, board))


def _distance_mm(x_mm: float, y_mm: float, bed: Bed, board: BoardSpec) -> float:
    """Return the distance of a point from a bed in mm."""
    radius_mm = math.hypot(x_mm, y_mm)
    bounds_mm = {
        "bull": (0.0, board.bull_mm),
        "single_bull": (board.bull_mm, board.single_bull_mm),
        "triple": (board.triple_inner_mm, board.triple_outer_mm),
        "double": (board.double_inner_mm, board.double_outer_mm),
        "miss": (board.double_outer_mm, math.inf),
    }
    inner_mm, outer_mm = bounds_mm.get(bed.ring, (board.single_bull_mm, board.double_inner_mm))
    along_mm = max(inner_mm - radius_mm, radius_mm - outer_mm, 0.0)
    if bed.sector is None:
        return along_mm
    middle_rad = math.pi / 2 - SECTORS.index(bed.sector) * SECTOR_RAD
    turn_rad = abs((math.atan2(y_mm, x_mm) - middle_rad + math.pi) % math.tau - math.pi)
    across_mm = radius_mm * math.sin(min(max(turn_rad - SECTOR_RAD / 2, 0.0), math.pi / 2))
    return math.hypot(along_mm, across_mm)
