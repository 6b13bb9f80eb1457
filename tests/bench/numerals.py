"""Train the network that recognises the numbers of a number ring: `OPENBLAS_NUM_THREADS=1 python -m tests.bench.numerals`.

It is trained on drawn numbers alone (`tests/support/numerals.py`) and prints how many of those it has not seen it recognises. The
default `--out` is the file that `workers/vision/calibration/glyphs.py` loads; the weights in it are the output of the command above.
"""

import argparse
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.support.numerals import CELL_MARGIN, NONE, sample
from workers.vision.calibration import glyphs
from workers.vision.calibration.glyphs import COLUMNS, DIRECTIONS, ROWS, WEIGHTS, describe

Floats = NDArray[np.float32]
Halves = NDArray[np.float16]
HIDDEN, CLASSES = 128, NONE + 1
BATCH, ROUNDS, RATE, DECAY = 256, 24, 2e-3, 1e-4
SMOOTHING = 0.02  # share of the certainty that is spread over all classes
HELD_BACK = 0.05


def drawn(count: int, seed: int) -> tuple[Halves, NDArray[np.int64]]:
    """Return described patches (n, 13 · 15 · 6), rounded to 16 bits, and their classes."""
    rng = np.random.default_rng(seed)
    patches, classes = np.empty((count, ROWS * COLUMNS * DIRECTIONS), np.float16), np.empty(count, np.int64)
    for k in range(count):
        picture, classes[k] = sample(rng)
        patches[k] = describe(picture)[CELL_MARGIN : CELL_MARGIN + ROWS, CELL_MARGIN : CELL_MARGIN + COLUMNS].ravel()
    return patches, classes


def train(patches: Halves, classes: NDArray[np.int64], seed: int) -> list[Floats]:
    """Return weights and biases that minimise the cross-entropy (Adam)."""
    rng = np.random.default_rng(seed)
    inputs = patches.shape[1]
    weights = [
        rng.normal(0, np.sqrt(2 / inputs), (inputs, HIDDEN)).astype(np.float32),
        np.zeros(HIDDEN, np.float32),
        rng.normal(0, np.sqrt(2 / HIDDEN), (HIDDEN, CLASSES)).astype(np.float32),
        np.zeros(CLASSES, np.float32),
    ]
    first, second = [np.zeros_like(w) for w in weights], [np.zeros_like(w) for w in weights]
    steps, total = 0, ROUNDS * (len(patches) // BATCH)
    for _ in range(ROUNDS):
        order = rng.permutation(len(patches))
        for start in range(0, len(order) - BATCH + 1, BATCH):
            some = order[start : start + BATCH]
            x = patches[some].astype(np.float32)
            wanted = np.full((BATCH, CLASSES), SMOOTHING / CLASSES, np.float32)
            wanted[np.arange(BATCH), classes[some]] += 1 - SMOOTHING
            hidden = np.maximum(x @ weights[0] + weights[1], 0)
            kept = (rng.random(hidden.shape) > 0.2).astype(np.float32) / 0.8
            levels = (hidden * kept) @ weights[2] + weights[3]
            likely = np.exp(levels - levels.max(axis=1, keepdims=True))
            likely /= likely.sum(axis=1, keepdims=True)
            slope = (likely - wanted) / BATCH
            back = (slope @ weights[2].T) * kept * (hidden > 0)
            slopes = [x.T @ back, back.sum(axis=0), (hidden * kept).T @ slope, slope.sum(axis=0)]
            steps += 1
            rate = RATE * 0.5 * (1 + np.cos(np.pi * steps / total))
            for k, of in enumerate(slopes):
                first[k] = 0.9 * first[k] + 0.1 * of
                second[k] = 0.999 * second[k] + 0.001 * of**2
                step = first[k] / (1 - 0.9**steps) / (np.sqrt(second[k] / (1 - 0.999**steps)) + 1e-8)
                weights[k] -= np.float32(rate) * (step + DECAY * weights[k] if weights[k].ndim > 1 else step)
    return weights


def main() -> None:
    """Train, report, and store."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=90000, help="of all seeds together")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--out", type=Path, default=Path(glyphs.__file__).with_name(WEIGHTS))
    options = parser.parse_args()
    cv2.setNumThreads(1)
    parts = [drawn(options.samples // len(options.seeds), seed) for seed in options.seeds]
    patches, classes = (np.concatenate(part) for part in zip(*parts, strict=True))
    held_back = round(HELD_BACK * len(patches))
    weights = train(patches[held_back:], classes[held_back:], options.seeds[0])
    hidden = np.maximum(patches[:held_back].astype(np.float32) @ weights[0] + weights[1], 0)
    right = (hidden @ weights[2] + weights[3]).argmax(axis=1) == classes[:held_back]
    print(f"{right.mean():.1%} of {held_back} drawn patches that were held back are recognised")
    hidden_weights, hidden_bias, output, output_bias = (w.astype(np.float16) for w in weights)
    np.savez_compressed(options.out, hidden=hidden_weights, hidden_bias=hidden_bias, output=output, output_bias=output_bias)


if __name__ == "__main__":
    main()
