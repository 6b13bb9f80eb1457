"""Detect motion on the quarter-size grey picture: does it move, does it differ from the last still picture, did a dart fly through it."""

from dataclasses import dataclass

import cv2
import numpy as np

from workers.vision.frame import Image

# Pixels are those of the quarter-size picture. Measure again: `python -m tests.bench.quiet --minutes 60` (noise, light), `python -m
# tests.bench.visits --visits 500` (darts, flights), `python -m tests.bench.idle` (cost).

# Noise.
QUIETEST_LEVELS, NOISIEST_LEVELS = 7.0, 30.0  # limits of the threshold; JPEG and sensor noise of real cameras stay below the first
NOISE_SIGMAS = 7.0
NOISE_QUANTILE = 0.8  # motion covers less than a fifth of the picture, noise all of it
NOISE_AT_80 = 1.81  # the difference of two frames with noise of 1 sigma is below 1.81 in 80 % of all pixels (1.28 * sqrt 2)
NOISE_STEP_LEVELS = 2.0  # added to the threshold: grey levels are whole numbers
NOISE_FOLLOW = 0.02  # share of a new measurement in the threshold: 50 frames

# Motion.
FEWEST_PIXELS = 3  # above the threshold
DRIFT_LEVELS_PER_FRAME = 0.05  # how fast the still picture follows slow changes of light
MOST_LIGHT_LEVELS = 40.0  # of an even change of light that is subtracted

# A dart in flight.
STREAK_SIGMAS = 1.5  # in thresholds
STREAK_PIXELS = (8, 1200)  # area: 150 mm of a dart with its flight are 600 in the board, and more when it flies past a camera
STREAK_RATIO = 2.2  # of length to width
STREAK_SHARE = 0.6  # of the changed pixels: a camera that swings makes many long thin objects, a dart in flight is one
STREAK_MM = 40.0  # length: of a dart that flies towards the board, cameras see at least half of its 150 mm; a fly that walks there is small


@dataclass(frozen=True)
class MotionSample:
    """The motion in one frame: `moving` compares it with the frame before, `differs` with the last still picture.

    `share` is the share of the board that differs; `streak` is true if a long thin object appeared that neither of the two shows.
    """

    moving: bool
    differs: bool
    share: float
    streak: bool
    still: bool


class MotionDetector:
    """Motion detection for one camera; `mask` (quarter-size) is 255 where a dart can be visible, its pixels are `mm_per_px` on the face."""

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
        """Return the shape of the pictures that are compared: (height, width)."""
        return self._mask.shape

    @property
    def noise_levels(self) -> float:
        """Return the threshold: the change that noise alone reaches in this camera."""
        return self._noise

    def update(self, small: Image) -> MotionSample:
        """Compare the next frame that is not held."""
        if self._last is None or self._base is None:
            self._last = small
            self.settle(small)
            return MotionSample(moving=False, differs=False, share=0.0, streak=False, still=True)
        step = cv2.absdiff(small, self._last)
        self.identical_frames = self.identical_frames + 1 if not step.any() else 0
        moving = self._count(step) >= FEWEST_PIXELS
        apart = cv2.absdiff(small, self._base)
        apart = cv2.subtract(apart, np.full_like(apart, min(MOST_LIGHT_LEVELS, self._offset(small))))
        count = self._count(apart)
        differs = count >= FEWEST_PIXELS
        streak = moving and self._streak(apart)
        self._measure_noise(step)
        if not moving and not differs:
            self._drift(small)
        self._last = small
        return MotionSample(moving=moving, differs=differs, share=count / self._area, streak=streak, still=not moving)

    def changed(self, small: Image) -> Image | None:
        """Return 255 where a picture differs from the still picture by more than noise and light, None while there is none."""
        if self._base is None or self._base.shape != small.shape:
            return None
        apart = cv2.absdiff(small, self._base)
        apart = cv2.subtract(apart, np.full_like(apart, min(MOST_LIGHT_LEVELS, self._offset(small))))
        _, over = cv2.threshold(apart, self._noise, 255, cv2.THRESH_BINARY)
        return np.asarray(cv2.bitwise_and(over, self._mask), np.uint8)

    def settle(self, small: Image) -> None:
        """Make this picture the still picture that following frames are compared with."""
        self._base = small
        self._base_exact = small.astype(np.float32)

    def _count(self, apart: Image | cv2.typing.MatLike) -> int:
        _, over = cv2.threshold(apart, self._noise, 255, cv2.THRESH_BINARY)
        return int(cv2.countNonZero(cv2.bitwise_and(over, self._mask)))

    def _offset(self, small: Image) -> float:
        """Return the even change of light since the still picture, in grey levels."""
        assert self._base is not None  # noqa: S101 - update() has set it; for the type checker
        sample = small[::4, ::4].astype(np.int16) - self._base[::4, ::4]
        return float(abs(np.median(sample)))

    def _measure_noise(self, step: cv2.typing.MatLike) -> None:
        """Follow the noise of the camera slowly."""
        sample = np.asarray(step)[::3, ::3]
        level = float(np.quantile(sample, NOISE_QUANTILE)) / NOISE_AT_80 * NOISE_SIGMAS + NOISE_STEP_LEVELS
        self._noise += NOISE_FOLLOW * (max(QUIETEST_LEVELS, min(level, NOISIEST_LEVELS)) - self._noise)

    def _drift(self, small: Image) -> None:
        """Adapt the still picture to slow changes of light, by a fraction of a level each frame."""
        assert self._base_exact is not None  # noqa: S101 - update() has set it; for the type checker
        self._base_exact += np.clip(small - self._base_exact, -DRIFT_LEVELS_PER_FRAME, DRIFT_LEVELS_PER_FRAME)
        self._base = cv2.convertScaleAbs(self._base_exact).astype(np.uint8, copy=False)

    def _streak(self, apart: cv2.typing.MatLike) -> bool:
        """Return whether the largest changed part is long and thin, as a dart in flight is."""
        _, over = cv2.threshold(apart, STREAK_SIGMAS * self._noise, 255, cv2.THRESH_BINARY)
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
        long_px = np.sqrt(12 * spread[1])  # length of a uniform bar with this variance
        return bool(long_px >= self._shortest_px and np.sqrt(spread[1] / spread[0]) >= STREAK_RATIO)
