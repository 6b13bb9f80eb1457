"""How `dartd doctor` judges the cameras: each is looked through by a process of its own, or the daemon that holds it is asked."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec

from dartd.cli.findings import Finding
from dartd.config import CameraConfig, Config
from dartd.store.sqlite.inspection import stored_calibrations
from schemas.base import CameraId
from schemas.examination import Examine, Examined
from schemas.geometry import Calibration

LOOK_S = 60.0  # a camera that starts slowly, and a calibration on a small machine
FEW, DARK, BRIGHT, WHITE_SHARE = 0.8, 30.0, 200.0, 0.25
SHARP, UNSHARP = 0.025, 0.012  # edges over contrast: in focus 0.04 and more, half a pixel of blur at 0.02, two pixels below 0.01
MOVED_PX = 1.0  # a calibration that fits worse is taken anew


def camera_findings(config: Config, health: dict[str, Any] | None, *, running: bool) -> Iterator[Finding]:
    """Look through every camera, or ask the daemon that has them open."""
    if running:
        told = {} if health is None else health["components"]["cameras"]
        for camera in config.cameras:
            yield judge_told(camera, told.get(camera.id))
        return
    known = _calibrations(config)
    with ThreadPoolExecutor(max_workers=2) as pool:
        asked = [Examine(source=camera.source, board=config.board.spec, calibration=known.get(camera.id)) for camera in config.cameras]
        for camera, ask, seen in zip(config.cameras, asked, pool.map(look, asked), strict=True):
            yield from judge_seen(camera, seen, calibrated=ask.calibration is not None)


def judge_told(camera: CameraConfig, told: dict[str, Any] | None) -> Finding:
    """Judge a camera by what the daemon says of it."""
    check = f"camera {camera.id}"
    if told is None:
        return Finding(check=check, verdict="skipped", found="the daemon has it and does not answer")
    faults = ", ".join(told.get("faults", ())).replace("_", " ")
    found = f"{told['state']}, {told['fps']:g} of {camera.fps:g} frames/s" + (f"; {faults}" if faults else "")
    if told["state"] != "ready":
        return Finding(check=check, verdict="bad", found=found, remedy="stop the daemon and ask again: the doctor then looks for itself")
    slow = told["fps"] < FEW * camera.fps
    return Finding(check=check, verdict="warn" if slow or faults else "ok", found=found, remedy=_faster(camera) if slow else "")


def judge_seen(camera: CameraConfig, seen: Examined, *, calibrated: bool) -> Iterator[Finding]:
    """Judge a camera by its pictures: the first finding is the camera itself, others what could be better."""
    check = f"camera {camera.id}"
    if seen.refusal:
        reason, _, remedy = seen.refusal.partition("; ")
        yield Finding(check=check, verdict="bad", found=reason, remedy=remedy or "dartd cameras lists what is plugged in")
        return
    figures = f"{seen.fps:g} of {camera.fps:g} frames/s, brightness {seen.brightness:.0f} of 255, sharpness {seen.sharpness:.3f}"
    yield Finding(check=check, verdict="ok", found=figures)
    if seen.fps < FEW * camera.fps:
        yield Finding(check=check, verdict="warn", found="too few frames", remedy=_faster(camera))
    if seen.frames_bad:
        found, remedy = f"{seen.frames_bad} of {seen.frames} pictures are broken", "shorter or better cable; another USB port"
        yield Finding(check=check, verdict="bad", found=found, remedy=remedy)
    if seen.brightness < DARK:
        yield Finding(check=check, verdict="warn", found="too dark", remedy="more light, or a larger controls.exposure_ms")
    if seen.brightness > BRIGHT or seen.bright_share > WHITE_SHARE:
        yield Finding(check=check, verdict="warn", found="too bright", remedy="a smaller controls.exposure_ms or gain")
    if seen.sharpness < SHARP:
        remedy = "turn the lens until the wires are sharp, or set controls.focus; clean it"
        yield Finding(check=check, verdict="bad" if seen.sharpness < UNSHARP else "warn", found="blurred", remedy=remedy)
    yield _placed(check, seen, calibrated=calibrated)


def _placed(check: str, seen: Examined, *, calibrated: bool) -> Finding:
    check = f"{check} place"
    if seen.moved_px is not None and seen.moved_px < MOVED_PX:
        return Finding(check=check, verdict="ok", found=f"calibrated, {seen.moved_px:.1f} px off")
    if seen.board_px is not None:
        was = "has moved since its calibration" if calibrated else "is not calibrated yet"
        return Finding(check=check, verdict="ok", found=f"{was}; the board is found ({seen.board_px:.2f} px), the next start calibrates")
    if seen.moved_px is not None:
        remedy = "take the darts out and leave the board alone at the next start"
        return Finding(check=check, verdict="warn", found=f"has moved by {seen.moved_px:.1f} px", remedy=remedy)
    remedy = "take the darts out; the whole double ring must be in the picture, lit evenly"
    return Finding(check=check, verdict="bad", found=f"no board is found: {seen.no_board}", remedy=remedy)


def look(asked: Examine) -> Examined:
    """Look through a camera in a process of its own; blocks."""
    command = [sys.executable, "-m", "workers.examining"]
    try:
        done = subprocess.run(command, input=msgspec.json.encode(asked), capture_output=True, timeout=LOOK_S, check=False)  # noqa: S603
        return msgspec.json.decode(done.stdout, type=Examined)
    except subprocess.TimeoutExpired:
        return Examined(refusal=f"it did not answer within {LOOK_S:.0f} s; unplug it and plug it in again")
    except msgspec.DecodeError:
        words = done.stderr.decode(errors="replace").strip().splitlines()
        return Examined(refusal=words[-1] if words else "the process that looked has ended")


def _calibrations(config: Config) -> dict[CameraId, Calibration]:
    """Read the calibrations of a store that nobody holds; none where it cannot be read."""
    return stored_calibrations(config.store_path) if config.store_path.is_file() else {}


def _faster(camera: CameraConfig) -> str:
    return f"another USB port of its own, a smaller picture than {camera.width}x{camera.height}, or fps = what it can"
