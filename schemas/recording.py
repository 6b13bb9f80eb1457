"""A recording: what each camera saw and when, as `recording.json` tells it."""

import msgspec

from schemas.base import CameraId, Value

RECORDING_VERSION = 1


class RecordedCamera(Value, frozen=True, kw_only=True):
    """One camera of a recording; `fps` is how often a still picture is repeated."""

    width: int
    height: int
    fps: float = 30.0
    near_sector: int | None = None


class RecordedFrame(Value, frozen=True, kw_only=True):
    """What the cameras saw from `t_ms` on, until their next frame; a camera that is not named goes on showing its last picture."""

    t_ms: float
    files: dict[CameraId, str]


class Sequence(Value, frozen=True, kw_only=True):
    """A stretch that begins with an empty board and a fresh visit."""

    id: str
    end_ms: float
    frames: tuple[RecordedFrame, ...]


class Recording(Value, frozen=True, kw_only=True):
    """All sequences, in the order in which they are laid end to end; file paths are relative to the recording's folder."""

    version: int
    cameras: dict[CameraId, RecordedCamera]
    sequences: tuple[Sequence, ...]


_decoder = msgspec.json.Decoder(Recording)


def decode_recording(document: bytes) -> Recording:
    """Read a `recording.json`; fields that are not known are skipped.

    Raises:
        ValueError: it is no recording; the message names the path in the document, what was expected and what was found.
    """
    try:
        recording = _decoder.decode(document)
    except msgspec.DecodeError as error:
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
        if not 16 <= size <= 10_000:
            raise ValueError(f"{path}.{name}: expected 16 to 10000 pixels, got {size}")
    if not 0.1 <= camera.fps <= 1000:
        raise ValueError(f"{path}.fps: expected 0.1 to 1000, got {camera.fps:g}")
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
