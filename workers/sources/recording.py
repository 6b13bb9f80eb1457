"""Play a recording: still pictures, each repeated until the next, on one media clock that never goes back."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from schemas.base import CameraId
from schemas.pipe.to_worker import SourceSpec
from schemas.recording import RecordedCamera, Recording, Sequence, decode_recording
from workers.sources.errors import SourceError
from workers.vision.frame import Frame


class PlannedFrame(NamedTuple):
    """A frame to play: its time (seconds on the recording's clock), its file, whether it is a repeat, and its sequence."""

    at_s: float
    file: str
    held: bool
    sequence_id: str


class RecordingSource:
    """One camera of a recording folder; `recording:DIR`, or `recording:DIR?camera=NAME` if the camera has another name there.

    In lockstep frames are returned as fast as they are read; otherwise each one waits for its time, counted from `start_s` on the
    monotonic clock (0: now).
    """

    simulated = False

    def __init__(self, spec: SourceSpec, *, lockstep: bool, start_s: float) -> None:
        folder, _, camera = spec.url.removeprefix("recording:").partition("?camera=")
        self._folder = Path(folder)
        self._camera_id = CameraId(camera or spec.camera_id)
        self._spec = spec
        self._lockstep = lockstep
        self._start_s = start_s
        self._frames: Iterator[PlannedFrame] = iter(())
        self._next: PlannedFrame | None = None
        self._picture: tuple[str, bytes] = ("", b"")

    def open(self) -> None:
        """Read `recording.json`.

        Raises:
            SourceError: the file cannot be read, or has no such camera, or one of another size.
        """
        recording = self._load()
        camera = recording.cameras.get(self._camera_id)
        if camera is None:
            known = ", ".join(recording.cameras)
            raise SourceError(f"recording {self._folder} has no camera {self._camera_id}; it has {known}")
        if (camera.width, camera.height) != (self._spec.width, self._spec.height):
            raise SourceError(
                f"recording {self._folder}: camera {self._camera_id} is {camera.width}x{camera.height}, "
                f"{self._spec.width}x{self._spec.height} is configured: set width and height to those of the recording"
            )
        if not self._lockstep and not self._start_s:
            self._start_s = time.monotonic()
        self._frames = planned_frames(recording, self._camera_id)
        self._next = next(self._frames, None)

    def next_s(self) -> float | None:
        """Return the media time of the next frame; None at the end."""
        return None if self._next is None else self._start_s + self._next.at_s

    def read(self) -> Frame | None:
        """Return the next frame; a missing file gives a frame without bytes. None at the end."""
        planned = self._next
        if planned is None:
            return None
        self._next = next(self._frames, None)
        t_s = self._start_s + planned.at_s
        if not self._lockstep:
            time.sleep(max(0.0, t_s - time.monotonic()))
        return Frame(t_s, jpeg=self._bytes(planned.file), held=planned.held, sequence_id=planned.sequence_id)

    def close(self) -> None:
        """Drop the remaining frames."""
        self._frames, self._next = iter(()), None

    def _load(self) -> Recording:
        path = self._folder / "recording.json"
        try:
            return decode_recording(path.read_bytes())
        except OSError as error:
            raise SourceError(f"{path}: {error.strerror}; a recording is a folder with recording.json and image files") from error
        except ValueError as error:
            raise SourceError(f"{path}: {error}") from error

    def _bytes(self, file: str) -> bytes:
        name, picture = self._picture
        if name != file:
            try:
                picture = (self._folder / file).read_bytes()
            except (OSError, ValueError):  # ValueError: a name that no file system accepts
                picture = b""
            self._picture = (file, picture)
        return picture


def planned_frames(recording: Recording, camera_id: CameraId) -> Iterator[PlannedFrame]:
    """Yield the frames of all sequences one after another, each picture repeated at the camera's rate until the next one."""
    begin_s = 0.0
    for sequence in recording.sequences:
        yield from _frames_of(sequence, camera_id, recording.cameras[camera_id], begin_s)
        begin_s += sequence.end_ms / 1000


def _frames_of(sequence: Sequence, camera_id: CameraId, camera: RecordedCamera, begin_s: float) -> Iterator[PlannedFrame]:
    stills = [(still.t_ms / 1000, still.files[camera_id]) for still in sequence.frames if camera_id in still.files]
    ends_s = [at_s for at_s, _ in stills[1:]] + [sequence.end_ms / 1000]
    for (at_s, file), end_s in zip(stills, ends_s, strict=False):
        if end_s <= at_s < sequence.end_ms / 1000:
            continue  # another picture of the same time replaces it
        yield PlannedFrame(begin_s + at_s, file, held=False, sequence_id=sequence.id)
        repeat = 1
        # A repeat closer than half a period to the next picture is left out: film whose times are rounded to milliseconds is film.
        while at_s + (repeat + 0.5) / camera.fps < end_s:
            yield PlannedFrame(begin_s + at_s + repeat / camera.fps, file, held=True, sequence_id=sequence.id)
            repeat += 1
