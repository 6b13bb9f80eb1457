"""The format of `recording.json`: the pictures of each camera with their times."""

import msgspec

from schemas.base import CameraId, Value

RECORDING_VERSION = 1

# Limits of values that a recording can have by mistake only.
SMALLEST_PX, LARGEST_PX = 16, 10_000
LOWEST_FPS, HIGHEST_FPS = 0.1, 1000.0


class RecordedCamera(Value, frozen=True, kw_only=True):
    """One camera of a recording; a still picture is repeated `fps` times a second."""

    width: int
    height: int
    fps: float = 30.0
    near_sector: int | None = None


class RecordedFrame(Value, frozen=True, kw_only=True):
    """The pictures of the cameras from `t_ms` until their next frame; a camera without a file repeats its last picture."""

    t_ms: float
    files: dict[CameraId, str]


class Sequence(Value, frozen=True, kw_only=True):
    """A part of a recording that begins with an empty board and a new visit."""

    id: str
    end_ms: float
    frames: tuple[RecordedFrame, ...]


class Recording(Value, frozen=True, kw_only=True):
    """All sequences in the order in which they are played; file paths are relative to the folder of the recording."""

    version: int
    cameras: dict[CameraId, RecordedCamera]
    sequences: tuple[Sequence, ...]


_decoder = msgspec.json.Decoder(Recording)


def decode_recording(document: bytes) -> Recording:
    """Decode a `recording.json`; unknown fields are ignored.

    Raises:
        ValueError: the document is not a recording; the message names the path in it, what was expected and what was found.
    """
    try:
        recording = _decoder.decode(document)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ValueError(str(error)) from error
    if recording.version != RECORDING_VERSION:
        raise ValueError(f"$.version: expected {RECORDING_VERSION}, got {recording.version}")
    if not recording.cameras:
        raise ValueError("$.cameras: expected at least one camera, got none")
    for name, camera in recording.cameras.items():
        _check_camera(f"$.cameras.{name}", camera)
    for index, sequence in enumerate(recording.sequences):
        _check_sequence(f"$.sequences[{index}]", sequence, recording)
    return recording


def _check_camera(path: str, camera: RecordedCamera) -> None:
    for name, size in (("width", camera.width), ("height", camera.height)):
        if not SMALLEST_PX <= size <= LARGEST_PX:
            raise ValueError(f"{path}.{name}: expected {SMALLEST_PX} to {LARGEST_PX} pixels, got {size}")
    if not LOWEST_FPS <= camera.fps <= HIGHEST_FPS:
        raise ValueError(f"{path}.fps: expected {LOWEST_FPS:g} to {HIGHEST_FPS:g}, got {camera.fps:g}")
    if camera.near_sector is not None and not 1 <= camera.near_sector <= 20:
        raise ValueError(f"{path}.near_sector: expected 1 to 20, got {camera.near_sector}")


def _check_sequence(path: str, sequence: Sequence, recording: Recording) -> None:
    last_ms = 0.0
    for index, still in enumerate(sequence.frames):
        if still.t_ms < last_ms:
            raise ValueError(f"{path}.frames[{index}].t_ms: expected {last_ms:g} or later (frames in order of time), got {still.t_ms:g}")
        last_ms = still.t_ms
        for camera_id in still.files:
            if camera_id not in recording.cameras:
                raise ValueError(f"{path}.frames[{index}].files.{camera_id}: no such camera in $.cameras")
    if sequence.end_ms < last_ms:
        raise ValueError(f"{path}.end_ms: expected {last_ms:g} or later (the time of the last frame), got {sequence.end_ms:g}")
