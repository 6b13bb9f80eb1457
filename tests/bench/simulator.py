"""What simulated frames cost: `python -m tests.bench.simulator [seconds]`."""

import sys
import time

import cv2
import numpy as np

from schemas.base import CameraId
from workers.sources.simulator.frame_content import content_at, shift_at
from workers.sources.simulator.painter import Painter
from workers.sources.simulator.rig import CAMERAS, rig_of, true_calibration
from workers.sources.simulator.script import Script


def main(seconds: float, fps: float = 20.0) -> None:
    """Print the time of idle and moving frames and the share of a core that three cameras take."""
    cv2.setNumThreads(1)
    story, costs = Script(name="demo", seed=7), {"idle": [0.0], "moving": [0.0]}
    began_s = time.thread_time()
    painters = [Painter(rig_of(1), k, true_calibration(1, k, 800, 600, CameraId("cam"))) for k in range(CAMERAS)]
    print(f"start of three cameras {time.thread_time() - began_s:.2f} s")
    for number in range(int(seconds * fps)):
        since_s = number / fps
        moment = content_at(story, since_s)
        for camera, painter in enumerate(painters):
            began_s = time.thread_time()
            painter.paint(moment, shift_at(story, camera, since_s), number)
            costs["idle" if moment.is_still else "moving"].append(1000 * (time.thread_time() - began_s))
    for kind, spent in costs.items():
        print(f"{kind:7} {len(spent):5} frames, ms p50 {np.median(spent):.2f}  p90 {np.percentile(spent, 90):.2f}  max {max(spent):.2f}")
    print(f"three cameras at {fps:.0f}/s: {sum(map(sum, costs.values())) / 1000 / seconds:.3f} of a core")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 30.0)
