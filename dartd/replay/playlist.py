"""The cameras and sequences of a recording, on one clock."""

from bisect import bisect_right
from collections.abc import Sequence
from pathlib import Path

from dartd.errors import RecordingError
from schemas.base import CameraId
from schemas.pipe.to_worker import SourceSpec
from schemas.recording import Recording, decode_recording


class Playlist:
    """A recording to be played: its sequences follow each other on a clock that begins at 0."""

    def __init__(self, folder: Path, recording: Recording, *, without: Sequence[CameraId] = ()) -> None:
        """Take the cameras of a recording except those in `without`.

        Raises:
            RecordingError: a camera in `without` does not exist, or none is left.
        """
        unknown = [camera_id for camera_id in without if camera_id not in recording.cameras]
        known = ", ".join(recording.cameras)
        if unknown:
            raise RecordingError(f"{folder} has no camera {unknown[0]}: it has {known}", cameras=list(recording.cameras))
        self.folder = folder
        self.sources = [
            SourceSpec(
                camera_id=camera_id,
                url=f"recording:{folder}",
                width=camera.width,
                height=camera.height,
                fps=camera.fps,
                near_sector=camera.near_sector,
            )
            for camera_id, camera in recording.cameras.items()
            if camera_id not in without
        ]
        if not self.sources:
            raise RecordingError(f"no camera of {folder} is left: it has {known}", cameras=list(recording.cameras))
        self._ids: list[str] = []
        self._begins_s: list[float] = []
        self.duration_s = 0.0
        for sequence in recording.sequences:
            self._ids.append(sequence.id)
            self._begins_s.append(self.duration_s)
            self.duration_s += sequence.end_ms / 1000

    @classmethod
    def load(cls, folder: Path, *, without: Sequence[CameraId] = ()) -> "Playlist":
        """Read `recording.json` of a folder; blocks.

        Raises:
            RecordingError: it cannot be read, or the choice of cameras is impossible.
        """
        path = folder / "recording.json"
        try:
            recording = decode_recording(path.read_bytes())
        except OSError as error:
            raise RecordingError(
                f"{path} cannot be read ({error.strerror}): a recording is a folder with recording.json and image files", path=str(path)
            ) from error
        except ValueError as error:
            raise RecordingError(f"{path} is no recording: {error}", path=str(path)) from error
        return cls(folder, recording, without=without)

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the sequences in order."""
        return tuple(self._ids)

    def position(self, at_s: float) -> tuple[str | None, float]:
        """Return the sequence at a time, and the milliseconds since it began; None before the first."""
        k = bisect_right(self._begins_s, at_s) - 1
        if k < 0:
            return None, round(at_s * 1000, 1)
        return self._ids[k], round((at_s - self._begins_s[k]) * 1000, 1)
