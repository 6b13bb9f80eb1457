"""A simulated camera as a source of frames."""

import math
import time
from typing import Final

from schemas.pipe.to_worker import SourceSpec
from workers.sources.errors import SourceError
from workers.sources.simulator.address import Address, parse_address
from workers.sources.simulator.frame_content import conditions_of, content_at, shift_at
from workers.sources.simulator.painter import Painter
from workers.sources.simulator.rig import rig_of, true_calibration
from workers.sources.simulator.script import Script
from workers.vision.frame import Frame

_SMALLEST_PX: Final = 64


class SimulatorSource:
    """A source that renders one camera of a rig; a frame is a function of the URL and the time since its epoch.

    Frames are on a time grid that all cameras of one epoch share. When live, `read` waits for the time of a frame, and frames that were not
    read in time are skipped; in lockstep it returns every frame at once.
    """

    simulated = True

    def __init__(self, spec: SourceSpec, *, lockstep: bool, start_s: float) -> None:
        self._spec = spec
        self._lockstep = lockstep
        self._start_s = start_s
        self._address: Address | None = None
        self._painter: Painter | None = None
        self._story = Script(name="demo", seed=0)
        self._epoch_s = start_s
        self._next = 0
        self._first = True

    def open(self) -> None:
        """Parse the URL and render the empty board.

        Raises:
            SourceError: the URL or the picture size is invalid.
        """
        spec, address = self._spec, parse_address(self._spec.url)
        if min(spec.width, spec.height) < _SMALLEST_PX or not spec.fps > 0:
            raise SourceError(f"camera {spec.camera_id}: cannot render {spec.width}x{spec.height} at {spec.fps} frames a second")
        calibration = true_calibration(address.rig, address.camera, spec.width, spec.height, spec.camera_id)
        self._address = address
        self._painter = Painter(rig_of(address.rig), address.camera, calibration)
        self._story = address.played
        self._epoch_s = self._start_s if address.epoch_s is None else address.epoch_s
        self._next = math.ceil((self._start_s - self._epoch_s) * spec.fps - 1e-6)

    def next_s(self) -> float | None:
        """Return the media time of the next frame; None at the end of the script."""
        return None if self._next / self._spec.fps >= self._story.end_s else self._time_s(self._next)

    def read(self) -> Frame | None:
        """Render the next frame, when live at its time; None at the end of the script.

        Raises:
            SourceError: the source is not open.
        """
        if self._painter is None or self._address is None:
            raise SourceError(f"camera {self._spec.camera_id}: the simulator is not open")
        if not self._lockstep:
            self._wait()
        due_s = self.next_s()
        if due_s is None:
            return None
        number, since_s = self._next, self._next / self._spec.fps
        self._next += 1
        script, camera = self._story, self._address.camera
        picture = self._painter.paint(
            content_at(script, since_s), shift_at(script, camera, since_s), number, conditions_of(script, camera, since_s)
        )
        sequence_id = self._story.name if self._lockstep and self._first else None
        self._first = False
        return Frame(due_s, pixels=picture, sequence_id=sequence_id)

    def close(self) -> None:
        """Release the pictures."""
        self._painter = None

    def _time_s(self, number: int) -> float:
        return self._epoch_s + number / self._spec.fps

    def _wait(self) -> None:
        """Sleep until the next frame is due; if it is overdue, continue with the newest."""
        now_s = time.monotonic()
        newest = math.floor((now_s - self._epoch_s) * self._spec.fps)
        self._next = max(self._next, newest)
        time.sleep(max(self._time_s(self._next) - now_s, 0.0))
