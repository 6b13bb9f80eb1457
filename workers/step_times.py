"""The time that a detector spends on decoding, comparing and locating."""

import time
from collections.abc import Callable
from typing import Any

from schemas.pipe.from_worker import FromWorker, Settled
from workers.vision.frame import Frame


class StepTimes:
    """Totals in seconds since the start, and the number of images in which darts were located."""

    def __init__(self) -> None:
        self.decode_s = self.diff_s = self.locate_s = 0.0
        self.locates = 0

    def step(self, step: Callable[[Frame], list[FromWorker]], frame: Frame) -> list[FromWorker]:
        """Return the messages of a detector's step, and add its time to what it was spent on.

        A step that reports an episode as settled has located darts, which includes decoding the full frame; other steps compare.

        Raises:
            BadFrameError: the frame cannot be decoded.
        """
        started_s = time.perf_counter()
        if not frame.held:
            frame.small_grey()  # kept by the frame, so that the detector does not decode it again
        decoded_s = time.perf_counter()
        self.decode_s += decoded_s - started_s
        messages = step(frame)
        stepped_s = time.perf_counter() - decoded_s
        if any(isinstance(message, Settled) for message in messages):
            self.locates += 1
            self.locate_s += stepped_s
        else:
            self.diff_s += stepped_s
        return messages

    def counted(self) -> dict[str, Any]:
        """Return the totals by the names of `Counters`."""
        return {"decode_s": self.decode_s, "diff_s": self.diff_s, "locate_s": self.locate_s, "locates": self.locates}
