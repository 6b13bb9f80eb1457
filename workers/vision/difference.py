"""The difference of two registered pictures, beyond light and noise."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from workers.vision.frame import Image

# Measure again: `python -m tests.bench.quiet --minutes 60` (noise taken for a change), `dartd replay DIR --explain OUT` (pictures of it).
FLOOR = 9.0  # grey levels: JPEG blocks and shot noise of real cameras reach 9 to 12 in the 99th percentile
NOISE_SIGMAS = 6.0  # of the difference, by its median deviation
MAD_TO_SIGMA = 1.4826  # of a normal distribution (Hampel, 1974)
EDGE_MISS_PX = 0.12  # what registration leaves over: an edge of g levels per px differs by 0.12 g
SAMPLES = 6_000  # pixels on which noise and light are measured; bounds the work
SMOOTHING_PX = 0.6  # deviation of the Gaussian over the difference
LIGHT_ROUNDS = 3  # of the fit of light, each with the nearer two thirds of the pixels
AGREE_LEVELS = 4.0  # pixels this close always take part
EVEN_VARIANCE = 25.0  # grey levels squared: less does not give a gain
GAINS = (0.3, 3.0)  # limits of the gain


# What is clear enough for lines. Compression and coarse pixels leave more on edges, and the largest of three channels is skewed: deviations
# are from the median to the 84th percentile. A hand is too large a part of the picture to be judged so.
UPPER = 0.8413  # of a normal distribution, one deviation above its median
MOST_MISS_PX = 0.6  # left over on edges at the most
EDGE_LEVELS, FEWEST_EDGES = 15, 200  # gradient of an edge, and how many of the samples are enough to measure on
OBJECT = 2.0  # times the threshold: what differs by more is an object, and no noise
DITHER = 10  # levels are whole numbers: quantiles are interpolated in as many steps


@dataclass(frozen=True)
class Difference:
    """Where two pictures differ.

    `magnitude` is the largest colour channel of the difference, `threshold` the difference that noise and edges explain (both uint8);
    `changed` is 255 where the magnitude exceeds it. `clear` and `clear_threshold` are the same for what is searched for lines: there the
    threshold is that of noise and edges of this pair of pictures. `noise` is the level that noise reaches, `gain` the factor of brightness.
    """

    magnitude: Image
    threshold: Image
    changed: Image
    clear: Image
    clear_threshold: Image
    noise: float
    gain: float

    def within(self, mask: Image) -> "Difference":
        """Return the difference inside a mask (255 where it counts)."""
        magnitude, changed, clear = (_image(cv2.bitwise_and(each, mask)) for each in (self.magnitude, self.changed, self.clear))
        return replace(self, magnitude=magnitude, changed=changed, clear=clear)


def edge_strength(picture: Image) -> Image:
    """Return the gradient of a picture around each pixel, in grey levels per pixel."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    dx = cv2.convertScaleAbs(cv2.Sobel(grey, cv2.CV_16S, 1, 0), alpha=1 / 8)
    dy = cv2.convertScaleAbs(cv2.Sobel(grey, cv2.CV_16S, 0, 1), alpha=1 / 8)
    return _image(cv2.dilate(cv2.max(dx, dy), np.ones((3, 3), np.uint8)))


def difference(before: Image, after: Image, edges: Image, mask: Image) -> Difference:
    """Compare two registered pictures inside `mask` (255 where it counts).

    A change of light is removed first, as one gain and offset per channel that are fitted to the pixels that agree.
    """
    chosen = np.flatnonzero(mask)
    chosen = chosen[:: max(1, len(chosen) // SAMPLES)]
    old, new = before.reshape(-1, 3)[chosen], after.reshape(-1, 3)[chosen]
    levels = np.arange(256, dtype=np.float32)
    table = np.empty((256, 1, 3), np.uint8)
    gains = []
    for channel in range(3):
        gain, offset = _light(old[:, channel].astype(np.float32), new[:, channel].astype(np.float32))
        table[:, 0, channel] = np.clip(np.round(gain * levels + offset), 0, 255)
        gains.append(gain)
    apart = cv2.absdiff(cv2.LUT(before, table), after)
    largest = cv2.max(cv2.max(apart[..., 0], apart[..., 1]), apart[..., 2])
    magnitude = _image(cv2.GaussianBlur(largest, (3, 3), SMOOTHING_PX))
    sample = magnitude.reshape(-1)[chosen].astype(np.float32)
    middle = float(np.median(sample))
    noise = max(FLOOR, middle + NOISE_SIGMAS * MAD_TO_SIGMA * float(np.median(np.abs(sample - middle))))
    threshold = _image(cv2.convertScaleAbs(edges, alpha=EDGE_MISS_PX, beta=noise))
    changed = cv2.bitwise_and(_image(cv2.compare(magnitude, threshold, cv2.CMP_GT)), mask)
    upper, miss_px = _noise_of_lines(sample, edges.reshape(-1)[chosen].astype(np.float32), noise)
    clear_threshold = _image(cv2.convertScaleAbs(edges, alpha=miss_px, beta=upper))
    clear = cv2.bitwise_and(_image(cv2.compare(magnitude, clear_threshold, cv2.CMP_GT)), mask)
    return Difference(magnitude, threshold, _image(changed), _image(clear), clear_threshold, noise, float(np.mean(gains)))


def _noise_of_lines(sample: NDArray[np.float32], edges: NDArray[np.float32], rough: float) -> tuple[float, float]:
    """Return the level that noise reaches, and by how many levels more for each level of gradient, given samples (n,) of both."""
    empty = sample <= OBJECT * (rough + EDGE_MISS_PX * edges)
    noise = max(FLOOR, _reach(sample[empty]))
    edgy = empty & (edges >= EDGE_LEVELS)
    if np.count_nonzero(edgy) < FEWEST_EDGES:
        return noise, EDGE_MISS_PX
    beyond = (_reach(sample[edgy]) - noise) / float(np.median(edges[edgy]))
    return noise, float(np.clip(beyond, EDGE_MISS_PX, MOST_MISS_PX))


def _reach(levels: NDArray[np.float32]) -> float:
    """Return the level that noise stays below."""
    middle, deviation = np.quantile(levels + np.arange(len(levels)) % DITHER / DITHER - 0.5, (0.5, UPPER))
    return float(middle + NOISE_SIGMAS * (deviation - middle))


def _light(old: NDArray[np.float32], new: NDArray[np.float32]) -> tuple[float, float]:
    """Fit new = gain * old + offset to the pixels that agree robustly."""
    gain, offset = 1.0, float(np.median(new - old))
    for _ in range(LIGHT_ROUNDS):
        error = np.abs(new - gain * old - offset)
        two_thirds = 2 * len(error) // 3
        kept = error <= max(AGREE_LEVELS, float(np.partition(error, two_thirds)[two_thirds]))
        x, y = old[kept], new[kept]
        spread = float(np.var(x))
        if spread < EVEN_VARIANCE:
            break
        gain = float(np.clip(np.mean((x - x.mean()) * (y - y.mean())) / spread, *GAINS))
        offset = float(y.mean() - gain * x.mean())
    return gain, offset


def _image(pixels: NDArray[np.generic]) -> Image:
    return pixels.astype(np.uint8, copy=False)
