"""Say whether a camera's pictures are fit to be looked at: not black, not frozen, not of another brightness than before."""

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.pipe.from_worker import FaultKind
from workers.vision.frame import Image

BLACK_LEVEL = 4.0
FROZEN_FRAMES, FROZEN_S = 30, 3.0  # the very same so often and for so long: a sensor's noise never is
SEEN_FRAMES = 3  # one odd frame is an accident
CALM_S = 1.0  # a fault is over when it has not been seen for so long: one that comes and goes with each frame is told once
BRIGHTER = 1.35
TILES = (6, 4)  # a hand covers some of them, the exposure changes all
MOST_TILES = 0.8
FOLLOW_S = 20.0  # how fast a new brightness becomes the usual one


class Ailment(NamedTuple):
    """A fault that has begun (`active`) or is over."""

    fault: FaultKind
    active: bool
    detail: str = ""


class Fitness:
    """Watches one camera's quarter-size grey pictures; times are media time."""

    def __init__(self) -> None:
        self.blind = False  # the last picture shows nothing: there is no sense in comparing it
        self._usual: NDArray[np.float64] | None = None
        self._last_s = 0.0
        self._moved_s: float | None = None
        self._told: set[FaultKind] = set()
        self._frames: dict[FaultKind, int] = {}  # in a row
        self._seen_s: dict[FaultKind, float] = {}

    def watch(self, t_s: float, small: Image, identical_frames: int) -> list[Ailment]:
        """Take a picture, and how many before it were the very same; give what begins or ends with it."""
        self.blind = float(small[::4, ::4].mean()) < BLACK_LEVEL
        if identical_frames == 0 or self._moved_s is None:
            self._moved_s = t_s
        frozen = identical_frames >= FROZEN_FRAMES and t_s - self._moved_s >= FROZEN_S
        exposed = "" if self.blind else self._exposed(t_s, small)
        return [
            *self._judge("black", t_s, seen=self.blind),
            *self._judge("frozen", t_s, seen=frozen),
            *self._judge("exposure", t_s, seen=bool(exposed), detail=exposed),
        ]

    def _exposed(self, t_s: float, small: Image) -> str:
        """Say how much brighter or darker the picture is than usual; nothing while it is about as usual."""
        tiles = cv2.resize(small, TILES, interpolation=cv2.INTER_AREA).astype(np.float64)
        if self._usual is None:
            self._usual, self._last_s = tiles, t_s
        low, middle, high = np.quantile((tiles + 1) / (self._usual + 1), (1 - MOST_TILES, 0.5, MOST_TILES))
        share = min(1.0, max(0.0, t_s - self._last_s) / FOLLOW_S)
        self._usual, self._last_s = self._usual + share * (tiles - self._usual), t_s
        if low > BRIGHTER:
            return f"{middle:.1f} times as bright as before"
        return f"{1 / middle:.1f} times as dark as before" if high < 1 / BRIGHTER else ""

    def _judge(self, fault: FaultKind, t_s: float, *, seen: bool, detail: str = "") -> Iterator[Ailment]:
        self._frames[fault] = self._frames.get(fault, 0) + 1 if seen else 0
        if seen:
            self._seen_s[fault] = t_s
        if self._frames[fault] >= SEEN_FRAMES and fault not in self._told:
            self._told.add(fault)
            yield Ailment(fault, active=True, detail=detail)
        elif fault in self._told and t_s - self._seen_s[fault] >= CALM_S:
            self._told.remove(fault)
            yield Ailment(fault, active=False)
