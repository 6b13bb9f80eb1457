"""List the cameras that are plugged in: `python -m workers.sources.listing`, run by `dartd cameras`."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import msgspec

from schemas.base import CameraId
from schemas.examination import Device
from schemas.pipe.to_worker import SourceSpec
from workers.sources.camera import CameraSource, FoundCamera, list_cameras
from workers.sources.errors import SourceError
from workers.vision.frame import BadFrameError

NONE_FOUND = """\
No camera is plugged in: nothing in /dev/v4l/by-path. Plug one in and try again; in a container, hand the devices over.
Without a camera: dartd demo
"""


def main(arguments: list[str] | None = None, *, find: Callable[[], Sequence[FoundCamera]] = list_cameras) -> int:
    """Print the cameras as lines of a configuration; with `--pictures DIR` take a picture of each."""
    parser = argparse.ArgumentParser(prog="dartd cameras", description="List the cameras that are plugged in.")
    parser.add_argument("--pictures", type=Path, metavar="DIR", help="take a picture of each camera")
    parser.add_argument("--json", action="store_true", help="print the cameras as JSON")
    options = parser.parse_args(arguments)
    cameras = find()
    if options.json:
        sys.stdout.write(msgspec.json.encode([Device(url=camera.path, name=camera.name) for camera in cameras]).decode() + "\n")
        return 0
    if not cameras:
        sys.stdout.write(NONE_FOUND)
        return 0
    for number, camera in enumerate(cameras):
        sys.stdout.write(f"\n# {camera.name or 'a camera'} ({camera.device})\n")
        if options.pictures:
            sys.stdout.write(f"# {take_picture(camera, options.pictures / f'cam{number}.jpg')}\n")
        sys.stdout.write(entry(number, camera))
    return 0


def entry(number: int, camera: FoundCamera) -> str:
    """Return the lines of a camera for the configuration."""
    return f'[[cameras]]\nid = "cam{number}"\nurl = "{camera.path}"\nwidth = 800\nheight = 600\nfps = 30\n'


def take_picture(camera: FoundCamera, path: Path) -> str:
    """Take one picture and return a sentence on the result."""
    source = CameraSource(SourceSpec(camera_id=CameraId(path.stem), url=camera.path))
    try:
        source.open()
        frame = source.read()
        if frame is None:
            return "no picture"
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), frame.color())
    except (SourceError, BadFrameError) as error:
        return f"no picture: {error}"
    finally:
        source.close()
    return f"picture in {path}"


if __name__ == "__main__":
    sys.exit(main())
