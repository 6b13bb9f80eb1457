"""Play a recording: still pictures, each held until the next, on one ever-growing media clock."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from schemas.base import CameraId
from schemas.pipe.to_worker import SourceSpec
from schemas.recording import RecordedCamera, Recording, Sequence, decode_recording
from workers.sources.errors import SourceError
from workers.vision.frame import Frame


class Moment(NamedTuple):
    """One frame to come: when (seconds on the recording's clock), which file, whether it only repeats, and in which sequence."""

    at_s: float
    file: str
    held: bool
    sequence_id: str


class RecordingSource:
    """One camera of a recording folder; `recording:DIR`, or `recording:DIR?camera=NAME` when the camera has another name there.

    In lockstep frames are given as fast as they are read; else each one waits for its time, `start_s` being the beginning on the
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
        self._moments: Iterator[Moment] = iter(())
        self._next: Moment | None = None
        self._picture: tuple[str, bytes] = ("", b"")

    def open(self) -> None:
        """Read `recording.json`.

        Raises:
            SourceError: it cannot be read, or has no such camera, or one of another size.
        """
        recording = self._load()
        camera = recording.cameras.get(self._camera_id)
        if camera is None:
            known = ", ".join(recording.cameras)
            raise SourceError(f"recording {self._folder} has no camera {self._camera_id}; it has {known}: name one of them")
        if (camera.width, camera.height) != (self._spec.width, self._spec.height):
            raise SourceError(
                f"recording {self._folder}: camera {self._camera_id} is {camera.width}x{camera.height}, "
                f"{self._spec.width}x{self._spec.height} was asked for: set width and height to those of the recording"
            )
        if not self._lockstep and not self._start_s:
            self._start_s = time.monotonic()
        self._moments = moments(recording, self._camera_id)
        self._next = next(self._moments, None)

    def next_s(self) -> float | None:
        """Give the media time of the next frame; None at the end."""
        return None if self._next is None else self._start_s + self._next.at_s

    def read(self) -> Frame | None:
        """Give the next frame; a missing file is a frame without bytes. None at the end."""
        moment = self._next
        if moment is None:
            return None
        self._next = next(self._moments, None)
        t_s = self._start_s + moment.at_s
        if not self._lockstep:
            time.sleep(max(0.0, t_s - time.monotonic()))
        return Frame(t_s, jpeg=self._bytes(moment.file), held=moment.held, sequence_id=moment.sequence_id)

    def close(self) -> None:
        """Forget what was to come."""
        self._moments, self._next = iter(()), None

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
            except (OSError, ValueError):  # ValueError: a name that no file system takes
                picture = b""
            self._picture = (file, picture)
        return picture


def moments(recording: Recording, camera_id: CameraId) -> Iterator[Moment]:
    """Lay the sequences end to end and repeat each picture at the camera's rate until the next one."""
    begin_s = 0.0
    for sequence in recording.sequences:
        yield from _moments_of(sequence, camera_id, recording.cameras[camera_id], begin_s)
        begin_s += sequence.end_ms / 1000


def _moments_of(sequence: Sequence, camera_id: CameraId, camera: RecordedCamera, begin_s: float) -> Iterator[Moment]:
    stills = [(still.t_ms / 1000, still.files[camera_id]) for still in sequence.frames if camera_id in still.files]
    ends_s = [at_s for at_s, _ in stills[1:]] + [sequence.end_ms / 1000]
    for (at_s, file), end_s in zip(stills, ends_s, strict=False):
        if end_s <= at_s < sequence.end_ms / 1000:
            continue  # another picture of the same moment takes its place
        yield Moment(begin_s + at_s, file, held=False, sequence_id=sequence.id)
        repeat = 1
        # A repeat closer than half a period to the next picture is left out: film whose times are rounded to milliseconds is film.
        while at_s + (repeat + 0.5) / camera.fps < end_s:
            yield Moment(begin_s + at_s + repeat / camera.fps, file, held=True, sequence_id=sequence.id)
            repeat += 1
