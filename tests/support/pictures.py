"""Small pictures and recordings made on the spot."""

from pathlib import Path

import cv2
import msgspec
import numpy as np

from schemas.base import CameraId
from schemas.recording import RecordedCamera, RecordedFrame, Recording, Sequence

WIDTH, HEIGHT = 64, 48


def jpeg(level: int, width: int = WIDTH, height: int = HEIGHT) -> bytes:
    """Make a JPEG of one grey level."""
    done, data = cv2.imencode(".jpg", np.full((height, width, 3), level, np.uint8))
    assert done
    return data.tobytes()


def camera(fps: float = 30.0) -> RecordedCamera:
    """Describe a camera of the small size."""
    return RecordedCamera(width=WIDTH, height=HEIGHT, fps=fps)


def sequence(name: str, end_ms: float, *frames: tuple[float, dict[str, str]]) -> Sequence:
    """Make a sequence of (t_ms, files by camera)."""
    stills = tuple(RecordedFrame(t_ms=t_ms, files={CameraId(c): file for c, file in files.items()}) for t_ms, files in frames)
    return Sequence(id=name, end_ms=end_ms, frames=stills)


def write_recording(folder: Path, cameras: dict[str, RecordedCamera], *sequences: Sequence) -> Path:
    """Write a recording whose pictures are those of its files named `<grey level>.jpg`; other files are not written."""
    folder.mkdir(parents=True, exist_ok=True)
    recording = Recording(version=1, cameras={CameraId(name): value for name, value in cameras.items()}, sequences=sequences)
    (folder / "recording.json").write_bytes(msgspec.json.encode(recording))
    for file in {file for part in sequences for still in part.frames for file in still.files.values()}:
        stem = Path(file).stem
        if stem.isdigit():
            path = folder / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(jpeg(int(stem)))
    return folder
