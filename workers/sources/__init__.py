"""Sources of frames: a camera, a stream, a recording or the simulator, selected by the scheme of a URL."""

from typing import Protocol

from schemas.pipe.to_worker import SourceSpec
from workers.sources.errors import SourceError
from workers.vision.frame import Frame

__all__ = ["Source", "SourceError", "open_source"]

STREAM_SCHEMES = ("rtsp", "rtsps", "http", "https", "file")


class Source(Protocol):
    """The frames of one camera, in order of their media time. Used by one thread at a time."""

    @property
    def simulated(self) -> bool:
        """Return whether the pictures are rendered."""

    def open(self) -> None:
        """Open the source.

        Raises:
            SourceError: it cannot be opened; the message says how to fix it.
        """

    def next_s(self) -> float | None:
        """Return the media time of the next frame without reading it; None at the end (lockstep only)."""

    def read(self) -> Frame | None:
        """Return the next frame, waiting for it when live; None at the end.

        Raises:
            SourceError: the camera is lost.
        """

    def close(self) -> None:
        """Close the device; a closed source is not opened again."""


def open_source(spec: SourceSpec, *, lockstep: bool, start_s: float) -> Source:
    """Return the source that a URL names, not opened yet.

    `/dev/…` and `v4l2:/dev/…` are cameras, `rtsp: http: https: file:` streams and video files, `recording:DIR` a recording, and
    `sim:?…` a rendered scene. Only the module of that source is imported.
    `start_s` is the media time at which recordings and video files begin.

    Raises:
        SourceError: no source has this scheme.
    """
    scheme, colon, _ = spec.url.partition(":")
    if spec.url.startswith("/dev/") or scheme == "v4l2":
        from workers.sources.camera import CameraSource  # noqa: PLC0415 (a process imports only its own source)

        return CameraSource(spec)
    if colon and scheme == "recording":
        from workers.sources.recording import RecordingSource  # noqa: PLC0415 (as above)

        return RecordingSource(spec, lockstep=lockstep, start_s=start_s)
    if colon and scheme in STREAM_SCHEMES:
        from workers.sources.stream import StreamSource  # noqa: PLC0415 (as above)

        return StreamSource(spec, lockstep=lockstep, start_s=start_s)
    if colon and scheme == "sim":
        from workers.sources.simulator import SimulatorSource  # noqa: PLC0415 (as above)

        return SimulatorSource(spec, lockstep=lockstep, start_s=start_s)
    raise SourceError(
        f"camera {spec.camera_id}: {spec.url!r} names no source; write /dev/v4l/by-path/…, rtsp://…, http://…, file:PATH, "
        "recording:FOLDER or sim:?seed=1"
    )
