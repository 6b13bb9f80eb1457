"""Beds as small integers, so that a fold looks its tables up without building an object for each dart.

A code is `number * 4 + multiplier`: 0 is a miss, 83 is T20, 101 the single bull (25), 102 the bull (BULL). A single inside the triple ring
has `INNER` added, since one game distinguishes it from the outer single.
"""

from typing import Final

from schemas.board import Bed, parse_bed

MISS: Final = 0
SINGLE_BULL: Final = 25 * 4 + 1
BULL: Final = 25 * 4 + 2
INNER: Final = 128
CODES: Final = 256  # the length of a table that is indexed by code

NUMBERS: Final = tuple((code & ~INNER) >> 2 for code in range(CODES))
MULTIPLIERS: Final = tuple(code & 3 for code in range(CODES))
VALUES: Final = tuple(number * multiplier for number, multiplier in zip(NUMBERS, MULTIPLIERS, strict=True))

SINGLES: Final = tuple(number * 4 + 1 for number in range(1, 21))
DOUBLES: Final = tuple(number * 4 + 2 for number in range(1, 21))
TRIPLES: Final = tuple(number * 4 + 3 for number in range(1, 21))
SCORING: Final = (*SINGLES, *DOUBLES, *TRIPLES, SINGLE_BULL, BULL)  # the 62 beds that score, inner and outer single as one

_INNER_SINGLES = tuple(code | INNER for code in SINGLES)
AS_DOUBLE_BULL: Final = tuple(BULL if code == SINGLE_BULL else code for code in range(CODES))  # the beds of a board with a 50/50 bull
AS_MARKED: Final = tuple(range(CODES))

_MULTIPLIER_OF = {"triple": 3, "double": 2, "inner_single": 1 | INNER, "outer_single": 1}
_LETTERS = {1: "S", 2: "D", 3: "T"}


def bed_code(bed: Bed) -> int:
    """Return the code of a bed."""
    if bed.ring == "bull":
        return BULL
    if bed.ring == "single_bull":
        return SINGLE_BULL
    return (bed.sector or 0) * 4 + _MULTIPLIER_OF[bed.ring] if bed.ring != "miss" else MISS


def bed_label(code: int) -> str:
    """Return a bed as players write it: `T20 D16 S5 25 BULL MISS`; inner and outer single have the same label."""
    if code in _BULL_LABELS:
        return _BULL_LABELS[code]
    return f"{_LETTERS[MULTIPLIERS[code]]}{NUMBERS[code]}"


_BULL_LABELS = {MISS: "MISS", SINGLE_BULL: "25", BULL: "BULL"}
# The usual spellings are looked up, since parsing one takes twenty times as long; all others are parsed.
_USUAL = {bed_label(code): code for code in (*SCORING, MISS)} | {str(number): code for number, code in enumerate(SINGLES, 1)}
_USUAL |= {"0": MISS, "50": BULL, "D25": BULL, "S25": SINGLE_BULL}


def read_bed(text: str) -> int:
    """Return the code of a bed as people write it; a plain single is the outer one.

    Raises:
        ValueError: the text names no bed.
    """
    code = _USUAL.get(text)
    return bed_code(parse_bed(text)) if code is None else code


def read_beds(texts: list[str]) -> list[int]:
    """Return the codes of several beds.

    Raises:
        ValueError: one of the texts names no bed.
    """
    try:
        return [_USUAL[text] for text in texts]
    except KeyError:
        return [read_bed(text) for text in texts]
