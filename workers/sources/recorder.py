"""Write the pictures of one camera to a folder, with a JSON line on stdout for each: `python -m workers.sources.recorder`."""

import argparse
import json
import sys
import time
from pathlib import Path

import cv2

from schemas.base import CameraId
from schemas.pipe.to_worker import SourceSpec
from workers.sources import open_source
from workers.sources.errors import SourceError
from workers.vision.frame import BadFrameError, Frame

JPEG_QUALITY = 95


def main(arguments: list[str] | None = None) -> int:
    """Record from `--start-s` (monotonic; 0: now) for `--seconds`; return 1 if the camera cannot be read."""
    options = _parser().parse_args(arguments)
    cv2.setNumThreads(1)
    spec = SourceSpec(camera_id=CameraId(options.camera_id), url=options.url, width=options.width, height=options.height, fps=options.fps)
    try:
        record(spec, options.out, options.start_s or time.monotonic(), options.seconds, options.source_start_s)
    except SourceError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def record(spec: SourceSpec, folder: Path, start_s: float, seconds: float, source_start_s: float | None = None) -> None:
    """Write every frame of a period; broken frames are left out.

    Raises:
        SourceError: the camera cannot be opened, or is lost.
    """
    source = open_source(spec, lockstep=False, start_s=source_start_s or start_s)
    source.open()
    try:
        number = 0
        while (frame := source.read()) is not None and frame.t_s < start_s + seconds:
            if frame.t_s < start_s or frame.held:
                continue
            name = f"{number:06d}_{spec.camera_id}.jpg"
            if _write(folder / name, frame):
                sys.stdout.write(json.dumps({"t_ms": round((frame.t_s - start_s) * 1000, 1), "file": name}) + "\n")
                number += 1
    finally:
        source.close()


def _write(path: Path, frame: Frame) -> bool:
    try:
        encoded, jpeg = cv2.imencode(".jpg", frame.color(), [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    except BadFrameError:
        return False
    if encoded:
        path.write_bytes(jpeg.tobytes())
    return encoded


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m workers.sources.recorder", description="Write the pictures of one camera to a folder.")
    parser.add_argument("--out", type=Path, required=True, help="an existing folder")
    parser.add_argument("--url", required=True)
    parser.add_argument("--camera-id", required=True)
    parser.add_argument("--width", type=int, default=800)
    parser.add_argument("--height", type=int, default=600)
    parser.add_argument("--fps", type=float, default=30.0)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--start-s", type=float, default=0.0, help="monotonic time of the first picture, the same for all cameras")
    parser.add_argument("--source-start-s", type=float, help="start of a simulated scene; default: now")
    return parser


if __name__ == "__main__":
    sys.exit(main())
