"""Judge motion on the quarter-size grey picture: is it moving, does it differ from when it last stood still, did something fly through."""

from dataclasses import dataclass

import cv2
import numpy as np

from workers.vision.frame import Image

QUIETEST_LEVELS = 7.0  # JPEG and sensor noise of a quarter-size picture stay below this
NOISE_SIGMAS = 7.0
NOISE_AT_80 = 1.81  # the difference of two frames with noise of 1 sigma is below 1.81 in 80 % of all pixels (1.28 * sqrt 2)
FEWEST_PIXELS = 3
DRIFT_LEVELS_PER_FRAME = 0.05  # how fast the still picture follows slow light
STREAK_PIXELS = (8, 1200)  # 150 mm of a dart with its flight are 600 where it sticks, and more on its way before a camera
STREAK_RATIO = 2.2
STREAK_SHARE = 0.6  # of all that differs: a camera that swings makes many long thin things, a dart in flight is one
STREAK_MM = 40.0  # of a dart that flies towards the board cameras see half its 150 mm or more; a fly that walks there is small


@dataclass(frozen=True)
class Glance:
    """What one frame shows: `moving` against the frame before, `differs` against the picture that last stood still.

    `share` is the part of the board that differs, `streak` a long thin thing that was not there in either.
    """

    moving: bool
    differs: bool
    share: float
    streak: bool
    still: bool


class Motion:
    """The memory of the idle path; `mask` is 255 where the board can show a dart, quarter-size, with pixels of `mm_per_px` on its face."""

    def __init__(self, mask: Image, mm_per_px: float = 2.5) -> None:
        self._mask = mask
        self._shortest_px = STREAK_MM / mm_per_px
        self._area = max(1, int(np.count_nonzero(mask)))
        self._last: Image | None = None
        self._base: Image | None = None
        self._base_exact: np.ndarray[tuple[int, ...], np.dtype[np.float32]] | None = None
        self._noise = QUIETEST_LEVELS
        self.identical_frames = 0

    @property
    def shape(self) -> tuple[int, ...]:
        """Give the shape of the pictures that are looked at: (height, width)."""
        return self._mask.shape

    @property
    def noise_levels(self) -> float:
        """Tell the change that noise alone reaches in this camera."""
        return self._noise

    def look(self, small: Image) -> Glance:
        """Take the next frame that is not held."""
        if self._last is None or self._base is None:
            self._last = small
            self.settle(small)
            return Glance(moving=False, differs=False, share=0.0, streak=False, still=True)
        step = cv2.absdiff(small, self._last)
        self.identical_frames = self.identical_frames + 1 if not step.any() else 0
        moving = self._count(step) >= FEWEST_PIXELS
        apart = cv2.absdiff(small, self._base)
        apart = cv2.subtract(apart, np.full_like(apart, min(40.0, self._offset(small))))
        count = self._count(apart)
        differs = count >= FEWEST_PIXELS
        streak = moving and self._streak(apart)
        self._measure_noise(step)
        if not moving and not differs:
            self._drift(small)
        self._last = small
        return Glance(moving=moving, differs=differs, share=count / self._area, streak=streak, still=not moving)

    def settle(self, small: Image) -> None:
        """Take this picture as the one that stands still: what it shows is judged."""
        self._base = small
        self._base_exact = small.astype(np.float32)

    def _count(self, apart: Image | cv2.typing.MatLike) -> int:
        _, over = cv2.threshold(apart, self._noise, 255, cv2.THRESH_BINARY)
        return int(cv2.countNonZero(cv2.bitwise_and(over, self._mask)))

    def _offset(self, small: Image) -> float:
        """Measure the even change of light against the still picture, in grey levels."""
        assert self._base is not None  # noqa: S101 - look() has set it; tells the type checker
        sample = small[::4, ::4].astype(np.int16) - self._base[::4, ::4]
        return float(abs(np.median(sample)))

    def _measure_noise(self, step: cv2.typing.MatLike) -> None:
        """Follow the noise floor slowly; what moves covers less than a fifth of the picture, noise all of it."""
        sample = np.asarray(step)[::3, ::3]
        level = float(np.quantile(sample, 0.8)) / NOISE_AT_80 * NOISE_SIGMAS + 2.0
        self._noise += 0.02 * (max(QUIETEST_LEVELS, min(level, 30.0)) - self._noise)

    def _drift(self, small: Image) -> None:
        """Let the still picture follow slow light, a fraction of a level each frame."""
        assert self._base_exact is not None  # noqa: S101 - look() has set it; tells the type checker
        self._base_exact += np.clip(small - self._base_exact, -DRIFT_LEVELS_PER_FRAME, DRIFT_LEVELS_PER_FRAME)
        self._base = cv2.convertScaleAbs(self._base_exact).astype(np.uint8, copy=False)

    def _streak(self, apart: cv2.typing.MatLike) -> bool:
        """Say whether the largest changed part is long and thin, as a dart in flight is."""
        _, over = cv2.threshold(apart, 1.5 * self._noise, 255, cv2.THRESH_BINARY)
        joined = cv2.morphologyEx(cv2.bitwise_and(over, self._mask), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
        count, labels, stats, _ = cv2.connectedComponentsWithStats(joined)
        if count < 2:
            return False
        largest = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
        area = int(stats[largest, cv2.CC_STAT_AREA])
        if not STREAK_PIXELS[0] <= area <= STREAK_PIXELS[1] or area < STREAK_SHARE * int(cv2.countNonZero(joined)):
            return False
        y, x = np.nonzero(labels == largest)
        spread = np.linalg.eigvalsh(np.cov(np.vstack([x, y])) + 0.1 * np.eye(2))
        long_px = np.sqrt(12 * spread[1])  # of an even bar
        return bool(long_px >= self._shortest_px and np.sqrt(spread[1] / spread[0]) >= STREAK_RATIO)
