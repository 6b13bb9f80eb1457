"""`dartd calibrate --verify`: darts in named beds beside what a running daemon tells of them."""

import math
import sys
from typing import NamedTuple

import anyio
import click

from dartd.client import DartdClient
from schemas.board import SECTOR_RAD, SECTORS, Bed, BoardSpec, parse_bed
from schemas.events import DartHit, ExtraDart, Snapshot

WRONG, SENSELESS = 1, 2


class Verdict(NamedTuple):
    """A dart beside the bed that it was put into: whether ring and sector are right, and how far off it was told (mm, 0 inside)."""

    ring: bool
    sector: bool
    off_mm: float


def compare(beds: str, url: str, board: BoardSpec) -> int:
    """Wait for a dart in each bed of a list, in order, and print how it was told; 0 when every bed was right, 1 when not, 2 for no beds."""
    try:
        wanted = [parse_bed(bed) for bed in beds.replace(",", " ").split()]
    except ValueError as error:
        click.echo(str(error), err=True)
        return SENSELESS
    if not wanted:
        click.echo("name one bed at least, as in --verify 'T20 D16 BULL'", err=True)
        return SENSELESS
    try:
        verdicts = anyio.run(_listen, wanted, url, board)
    except KeyboardInterrupt:
        return WRONG
    right = sum(v.ring and v.sector for v in verdicts)
    worst_mm = max(v.off_mm for v in verdicts)
    click.echo(f"{right} of {len(verdicts)} beds right; farthest from its bed: {worst_mm:.1f} mm")
    return 0 if right == len(verdicts) else WRONG


async def _listen(wanted: list[Bed], url: str, board: BoardSpec) -> list[Verdict]:
    verdicts: list[Verdict] = []
    client = DartdClient(url)
    click.echo(f"waiting for the daemon at {url}", err=True)
    async for told in client.listen():
        match told.event:
            case Snapshot() if not verdicts:
                click.echo(f"put a dart into {wanted[0].label}", err=True)
            case DartHit() | ExtraDart() as dart:
                bed, at = wanted[len(verdicts)], dart.board_coordinates
                verdict = judge(at.x_mm, at.y_mm, Bed(ring=dart.score.ring, sector=dart.score.sector), bed, board)
                verdicts.append(verdict)
                click.echo(_line(dart, bed, verdict))
                if len(verdicts) == len(wanted):
                    return verdicts
                click.echo(f"put a dart into {wanted[len(verdicts)].label}", err=True)
            case _:
                pass
        sys.stdout.flush()
    return verdicts


def _line(dart: DartHit | ExtraDart, bed: Bed, verdict: Verdict) -> str:
    how = "right" if verdict.ring and verdict.sector else "the sector is wrong" if verdict.ring else "the ring is wrong"
    if not (verdict.ring or verdict.sector):
        how = "ring and sector are wrong"
    at = dart.board_coordinates
    sure = f" ±{dart.fusion.uncertainty_mm:.1f} mm" if isinstance(dart, DartHit) else ""
    where = f"{verdict.off_mm:4.1f} mm beside it" if verdict.off_mm else "inside it"
    return f"{bed.label:>5}: told {dart.score.label:<5} at ({at.x_mm:6.1f}, {at.y_mm:6.1f}){sure}, {where}; {how}"


def judge(x_mm: float, y_mm: float, told: Bed, wanted: Bed, board: BoardSpec) -> Verdict:
    """Compare the bed that was told with the one that a dart was put into; either single counts as the other where `S20` names both."""
    singles = {"inner_single", "outer_single"}
    ring = told.ring == wanted.ring or {told.ring, wanted.ring} <= singles
    sector = wanted.sector is None or told.sector == wanted.sector
    return Verdict(ring, sector, 0.0 if ring and sector else _beside_mm(x_mm, y_mm, wanted, board))


def _beside_mm(x_mm: float, y_mm: float, bed: Bed, board: BoardSpec) -> float:
    """Measure from a point to the nearest point of a bed."""
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
