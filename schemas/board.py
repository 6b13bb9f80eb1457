"""The dartboard: its radii and sectors, and which bed a point lies in."""

import math
import re
from typing import Literal

from schemas.base import Value

SECTORS = (20, 1, 18, 4, 13, 6, 10, 15, 2, 17, 3, 19, 7, 16, 8, 11, 14, 9, 12, 5)
SECTOR_RAD = math.tau / len(SECTORS)

Ring = Literal["bull", "single_bull", "triple", "double", "inner_single", "outer_single", "miss"]


class BoardSpec(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The radii of a board's ring boundaries, in millimetres (defaults: World Darts Federation playing rules)."""

    bull_mm: float = 6.35
    single_bull_mm: float = 15.9
    triple_inner_mm: float = 99.0
    triple_outer_mm: float = 107.0
    double_inner_mm: float = 162.0
    double_outer_mm: float = 170.0
    edge_mm: float = 225.5

    @property
    def radii_mm(self) -> tuple[float, float, float, float, float, float]:
        """Name the six ring boundaries from the bull outwards."""
        return (self.bull_mm, self.single_bull_mm, self.triple_inner_mm, self.triple_outer_mm, self.double_inner_mm, self.double_outer_mm)


class Bed(Value, frozen=True, kw_only=True):
    """A scoring area of the board. `sector` is None for bulls; for a miss it is the nearest sector, when known."""

    ring: Ring
    sector: int | None = None

    @property
    def base(self) -> int:
        """Return the number that the bed multiplies (25 for bulls, 0 for a miss)."""
        if self.ring == "miss":
            return 0
        if self.ring in {"bull", "single_bull"}:
            return 25
        return self.sector or 0

    @property
    def multiplier(self) -> int:
        """Return how often the base counts."""
        return {"bull": 2, "double": 2, "triple": 3, "miss": 0}.get(self.ring, 1)

    @property
    def total(self) -> int:
        """Return the points of the bed."""
        return self.base * self.multiplier

    @property
    def label(self) -> str:
        """Write the bed as players do: `T20 D16 S5 25 BULL M7 MISS`."""
        if self.ring == "bull":
            return "BULL"
        if self.ring == "single_bull":
            return "25"
        if self.ring == "miss":
            return f"M{self.sector}" if self.sector else "MISS"
        return {"triple": "T", "double": "D"}.get(self.ring, "S") + str(self.sector)


def sector_at(angle_rad: float) -> int:
    """Name the sector at an angle counted counter-clockwise from +x; 20 is centred at 90°."""
    clockwise_from_20 = (math.pi / 2 - angle_rad) % math.tau
    return SECTORS[int((clockwise_from_20 + SECTOR_RAD / 2) / SECTOR_RAD) % 20]


def bed_at(x_mm: float, y_mm: float, board: BoardSpec) -> Bed:
    """Name the bed of a point; ring intervals are half-open, the inner radius belongs to the ring."""
    radius_mm = math.hypot(x_mm, y_mm)
    if radius_mm < board.bull_mm:
        return Bed(ring="bull")
    if radius_mm < board.single_bull_mm:
        return Bed(ring="single_bull")
    sector = sector_at(math.atan2(y_mm, x_mm))
    rings: tuple[tuple[float, Ring], ...] = (
        (board.triple_inner_mm, "inner_single"),
        (board.triple_outer_mm, "triple"),
        (board.double_inner_mm, "outer_single"),
        (board.double_outer_mm, "double"),
    )
    for outer_mm, ring in rings:
        if radius_mm < outer_mm:
            return Bed(ring=ring, sector=sector)
    return Bed(ring="miss", sector=sector)


def wire_distance_mm(x_mm: float, y_mm: float, board: BoardSpec) -> float:
    """Measure from a point to the nearest scoring boundary, in millimetres."""
    radius_mm = math.hypot(x_mm, y_mm)
    nearest_mm = min(abs(radius_mm - r) for r in board.radii_mm)
    if radius_mm < board.single_bull_mm or radius_mm > board.double_outer_mm:
        return nearest_mm
    off_rad = (math.atan2(y_mm, x_mm) + SECTOR_RAD / 2) % SECTOR_RAD
    return min(nearest_mm, radius_mm * math.sin(min(off_rad, SECTOR_RAD - off_rad)))


_WORDS = {"single": "S", "double": "D", "treble": "T", "triple": "T", "outer single": "S", "inner single": "I"}
_NAMED: dict[str, Bed] = {
    **dict.fromkeys(("SB", "25", "S25", "OUTER BULL", "SINGLE BULL", "OB"), Bed(ring="single_bull")),
    **dict.fromkeys(("DB", "50", "BULL", "D25", "INNER BULL", "BULLSEYE", "DOUBLE BULL"), Bed(ring="bull")),
    **dict.fromkeys(("MISS", "M", "0", "BOUNCE", "BOUNCE-OUT", "OUT"), Bed(ring="miss")),
}
_BED = re.compile(r"(?P<ring>[SIDTM]?) ?(?P<sector>[1-9]|1\d|20)")
_RINGS: dict[str, Ring] = {"": "outer_single", "S": "outer_single", "I": "inner_single", "D": "double", "T": "triple", "M": "miss"}


def parse_bed(text: str) -> Bed:
    """Read a bed as people write it: `20 S20 "double 20" SB 25 DB 50 bull miss bounce`; a plain single is the outer one.

    Raises:
        ValueError: the text names no bed.
    """
    words = " ".join(text.split())
    for word, letter in sorted(_WORDS.items(), key=lambda item: -len(item[0])):
        if words.lower().startswith(word + " ") and words[len(word) + 1 :].isdigit():
            words = letter + words[len(word) + 1 :]
            break
    words = words.upper()
    if words in _NAMED:
        return _NAMED[words]
    found = _BED.fullmatch(words)
    if found is None:
        raise ValueError(f"{text!r} names no bed: write it as T20, D16, S5, 25, BULL or MISS")
    return Bed(ring=_RINGS[found["ring"]], sector=int(found["sector"]))
