"""`python -m workers.sources.simulator`: write the truth, a recording or a film of a script.

python -m workers.sources.simulator --url 'sim:?rig=1&seed=7&story=tc8_2' --truth truth.json [--seconds 60]
python -m workers.sources.simulator --url 'sim:?rig=1&seed=7&story=tc8_2' --record DIR [--seconds 60] [--fps 20]
python -m workers.sources.simulator --url 'sim:?rig=1&seed=7&story=demo' --film visit.webp [--from 9] [--seconds 20] [--fps 10]
python -m workers.sources.simulator --url 'sim:?rig=1' --describe
"""

import argparse
import json
import math
import sys
from pathlib import Path

import cv2

from schemas.base import CameraId
from schemas.geometry import Calibration
from schemas.pipe.to_worker import SourceSpec
from workers.sources.errors import SourceError
from workers.sources.simulator.address import Address, parse_address
from workers.sources.simulator.film import film
from workers.sources.simulator.rig import CAMERAS, near_sector, rig_of, true_calibration
from workers.sources.simulator.source import SimulatorSource
from workers.sources.simulator.truth import truth

_JPEG_QUALITY = 90


def main(arguments: list[str] | None = None) -> int:
    """Execute the command line; return 2 if the URL is invalid."""
    parser = argparse.ArgumentParser(prog="python -m workers.sources.simulator", description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--url", required=True, help="sim:?rig=1&seed=7&story=tc8_2")
    parser.add_argument("--truth", type=Path, metavar="FILE", help="write the truth.json of the script")
    parser.add_argument("--record", type=Path, metavar="DIR", help="write a recording with its truth.json")
    parser.add_argument(
        "--film", type=Path, metavar="FILE", help="write an animated picture (.webp, .gif, .png) of the camera pictures and the truth"
    )
    parser.add_argument(
        "--from", type=float, default=0.0, dest="from_s", metavar="SECONDS", help="time in the script at which the film begins"
    )
    parser.add_argument("--describe", action="store_true", help="print the positions of the cameras of the rig")
    parser.add_argument("--seconds", type=float, default=60.0, help="length, of an endless script")
    parser.add_argument("--width", type=int, default=800)
    parser.add_argument("--height", type=int, default=600)
    parser.add_argument("--fps", type=float, default=20.0)
    asked = parser.parse_args(arguments)
    try:
        address = parse_address(asked.url)
        script = address.played
        if asked.truth:
            _write(asked.truth, truth(script, asked.seconds if math.isinf(script.end_s) else script.end_s))
        if asked.record:
            record(asked.record, address, asked.seconds, (asked.width, asked.height), asked.fps)
        if asked.film:
            film(asked.film, address, asked.from_s, asked.seconds, asked.fps)
    except SourceError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if asked.describe:
        sys.stdout.write(_describe(address, (asked.width, asked.height)) + "\n")
    return 0


def record(folder: Path, address: Address, seconds: float, size: tuple[int, int], fps: float) -> None:
    """Write a recording of the complete visits within `seconds`, one sequence with JPEG frames, and its truth."""
    script = address.played
    expected = truth(script, min(seconds, script.end_s))
    end_ms = expected["sequences"][script.name]["end_ms"]
    folder.mkdir(parents=True, exist_ok=True)
    rig, frames = rig_of(address.rig), [{"t_ms": 1000 * k / fps, "files": {}} for k in range(math.ceil(end_ms * fps / 1000))]
    for camera in range(CAMERAS):
        url = f"sim:?rig={address.rig}&seed={address.seed}&story={address.script}&unusual={address.unusual}&camera={camera}"
        spec = SourceSpec(camera_id=CameraId(f"cam{camera}"), url=url, width=size[0], height=size[1], fps=fps)
        source = SimulatorSource(spec, lockstep=True, start_s=0.0)
        source.open()
        for k, frame in enumerate(frames):
            picture = source.read()
            if picture is None:
                break
            name = f"{k:05d}_cam{camera}.jpg"
            cv2.imwrite(str(folder / name), picture.color(), [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
            frame["files"][f"cam{camera}"] = name  # type: ignore[index]  # a JSON object
        source.close()
    cameras = {f"cam{k}": {"width": size[0], "height": size[1], "fps": fps, "near_sector": near_sector(rig, k)} for k in range(CAMERAS)}
    note = f"simulated: rig {address.rig}, seed {address.seed}"
    sequences = [{"id": script.name, "end_ms": end_ms, "frames": frames}]
    _write(folder / "recording.json", {"version": 1, "note": note, "cameras": cameras, "sequences": sequences})
    _write(folder / "truth.json", expected)


def _describe(address: Address, size: tuple[int, int]) -> str:
    rig = rig_of(address.rig)
    lines = []
    for camera in range(CAMERAS):
        c: Calibration = true_calibration(address.rig, camera, *size, CameraId(f"cam{camera}"))
        mount = rig.mounts[camera]
        lines.append(
            f"cam{camera}: near sector {near_sector(rig, camera)}, {mount.reach_mm:.0f} mm from the axis, {mount.height_mm:.0f} mm up, "
            f"focal length {c.focal_x_px:.0f} px, k1 {c.k1:+.3f}"
        )
    return "\n".join(lines)


def _write(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
