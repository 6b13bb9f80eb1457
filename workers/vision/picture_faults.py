"""Detect faults in the pictures of a camera: black, frozen, or of another brightness than before."""

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.pipe.from_worker import FaultKind
from workers.vision.frame import Image

# Measure again: `python -m tests.bench.faults` (each fault is reported and ends), `python -m tests.bench.quiet --minutes 60` (none is).
BLACK_LEVEL = 4.0  # mean grey level that only a covered lens stays below
BLACK_STEP = 4  # every fourth row and column is enough for a mean
FROZEN_FRAMES, FROZEN_S = 30, 3.0  # identical frames in a row, and for how long: the noise of a sensor never repeats
FAULTY_FRAMES = 3  # in a row, before a fault is reported: a single bad frame is not a fault
CALM_S = 1.0  # without the fault, before its end is reported: a fault that comes and goes with each frame is reported once
BRIGHTER = 1.35  # factor of brightness, up or down
TILES = (6, 4)  # columns, rows: a hand covers some tiles, the exposure changes all
MOST_TILES = 0.8  # share of the tiles that must be brighter (darker)
FOLLOW_S = 20.0  # time in which a new brightness becomes the usual one


class FaultChange(NamedTuple):
    """The beginning (`active`) or end of a fault."""

    fault: FaultKind
    active: bool
    detail: str = ""


class PictureFaultDetector:
    """Fault detection on the quarter-size grey pictures of one camera; times are media time.

    `blind` is true if the last picture is black: it must not be compared.
    """

    def __init__(self) -> None:
        self.blind = False
        self._usual: NDArray[np.float64] | None = None
        self._last_s = 0.0
        self._changed_s: float | None = None
        self._reported: set[FaultKind] = set()
        self._frames: dict[FaultKind, int] = {}  # with the fault, in a row
        self._last_fault_s: dict[FaultKind, float] = {}

    def update(self, t_s: float, small: Image, identical_frames: int) -> list[FaultChange]:
        """Examine a picture; `identical_frames` is how many frames before it were the same. Return the faults that begin or end."""
        self.blind = float(small[::BLACK_STEP, ::BLACK_STEP].mean()) < BLACK_LEVEL
        if identical_frames == 0 or self._changed_s is None:
            self._changed_s = t_s
        frozen = identical_frames >= FROZEN_FRAMES and t_s - self._changed_s >= FROZEN_S
        exposed = "" if self.blind else self._exposed(t_s, small)
        return [
            *self._changes("black", t_s, is_faulty=self.blind),
            *self._changes("frozen", t_s, is_faulty=frozen),
            *self._changes("exposure", t_s, is_faulty=bool(exposed), detail=exposed),
        ]

    def _exposed(self, t_s: float, small: Image) -> str:
        """Return how much brighter or darker the picture is than usual, as text; empty if it is about as usual."""
        tiles = cv2.resize(small, TILES, interpolation=cv2.INTER_AREA).astype(np.float64)
        if self._usual is None:
            self._usual, self._last_s = tiles, t_s
        low, middle, high = np.quantile((tiles + 1) / (self._usual + 1), (1 - MOST_TILES, 0.5, MOST_TILES))
        share = min(1.0, max(0.0, t_s - self._last_s) / FOLLOW_S)
        self._usual, self._last_s = self._usual + share * (tiles - self._usual), t_s
        if low > BRIGHTER:
            return f"{middle:.1f} times as bright as before"
        return f"{1 / middle:.1f} times as dark as before" if high < 1 / BRIGHTER else ""

    def _changes(self, fault: FaultKind, t_s: float, *, is_faulty: bool, detail: str = "") -> Iterator[FaultChange]:
        self._frames[fault] = self._frames.get(fault, 0) + 1 if is_faulty else 0
        if is_faulty:
            self._last_fault_s[fault] = t_s
        if self._frames[fault] >= FAULTY_FRAMES and fault not in self._reported:
            self._reported.add(fault)
            yield FaultChange(fault, active=True, detail=detail)
        elif fault in self._reported and t_s - self._last_fault_s[fault] >= CALM_S:
            self._reported.remove(fault)
            yield FaultChange(fault, active=False)
