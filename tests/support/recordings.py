"""Small recordings of plain grey pictures, for tests that are about when things happen and not about what is seen."""

import json
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

WIDTH, HEIGHT = 160, 120


def write_recording(folder: Path, sequences: Sequence[Sequence[int]], *, cameras: int = 2, still_ms: int = 200, fps: float = 20.0) -> Path:
    """Write a recording whose sequences show grey pictures of these levels, each for `still_ms`, the same in every camera."""
    names = [f"cam{k}" for k in range(cameras)]
    for level in {level for levels in sequences for level in levels}:
        _, jpeg = cv2.imencode(".jpg", np.full((HEIGHT, WIDTH, 3), level, np.uint8))
        (folder / f"{level}.jpg").write_bytes(jpeg.tobytes())
    document = {
        "version": 1,
        "cameras": {name: {"width": WIDTH, "height": HEIGHT, "fps": fps} for name in names},
        "sequences": [
            {
                "id": f"s{k}",
                "end_ms": still_ms * len(levels),
                "frames": [{"t_ms": still_ms * n, "files": dict.fromkeys(names, f"{level}.jpg")} for n, level in enumerate(levels)],
            }
            for k, levels in enumerate(sequences)
        ],
    }
    (folder / "recording.json").write_text(json.dumps(document))
    return folder
