"""Camera checks of `dartd doctor`: each camera is examined by a separate process, or the running daemon is asked."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec

from dartd.cli.system_checks import Finding
from dartd.config import CameraConfig, Config
from dartd.errors import StoreError
from dartd.store.backends import report_on
from dartd.store.calibrations import stored_calibrations
from schemas.base import CameraId
from schemas.codec import UNREADABLE
from schemas.examination import Examine, Examined
from schemas.geometry import Calibration
from schemas.picture_figures import PictureFigures

EXAMINATION_TIMEOUT_S = 60.0  # covers a slow camera start and a calibration on a small machine
MIN_FPS_SHARE = 0.8
MOVED_PX = 1.0  # above this a camera is recalibrated


def camera_findings(config: Config, health: dict[str, Any] | None, *, running: bool) -> Iterator[Finding]:
    """Examine every camera of the configuration, or ask the daemon that uses them."""
    if not config.cameras:
        yield Finding(check="cameras", verdict="skipped", found="none in the configuration: they are added on the page /board")
    if running:
        reported = {} if health is None else health["components"]["cameras"]
        for camera in config.cameras:
            yield assess_reported(camera, reported.get(camera.id))
            yield from _needs(camera, () if health is None else health.get("reasons", ()))
        return
    known = _calibrations(config)
    with ThreadPoolExecutor(max_workers=max(1, len(config.cameras))) as pool:  # all at once: they share the bandwidth of USB as in play
        asked = [
            Examine(source=camera.source, board=config.board.spec, calibration=known.get(camera.camera_id)) for camera in config.cameras
        ]
        for camera, ask, examined in zip(config.cameras, asked, pool.map(examine_camera, asked), strict=True):
            yield from assess_examined(camera, examined, calibrated=ask.calibration is not None)


def assess_reported(camera: CameraConfig, reported: dict[str, Any] | None) -> Finding:
    """Return the finding for a camera from the health report of the daemon."""
    check = f"camera {camera.id}"
    if reported is None:
        return Finding(check=check, verdict="skipped", found="the daemon uses it and does not respond")
    faults = ", ".join(reported.get("faults", ())).replace("_", " ")
    found = f"{reported['state']}, {reported['fps']:g} of {camera.fps:g} frames/s" + (f"; {faults}" if faults else "")
    if reported["state"] != "ready":
        return Finding(
            check=check, verdict="bad", found=found, remedy="stop the daemon and run doctor again: it then examines the camera itself"
        )
    slow = reported["fps"] < MIN_FPS_SHARE * camera.fps
    return Finding(check=check, verdict="warn" if slow or faults else "ok", found=found, remedy=_faster(camera) if slow else "")


def _needs(camera: CameraConfig, reasons: Sequence[str]) -> Iterator[Finding]:
    """Yield why a camera that runs cannot calibrate, as the daemon reports it."""
    for reason in reasons:
        named, _, found = reason.partition(": ")
        if named == f"camera {camera.id}" and ": " in found:
            found, _, remedy = found.rpartition(": ")
            yield Finding(check=f"{named} position", verdict="bad", found=found, remedy=remedy)


def assess_examined(camera: CameraConfig, examined: Examined, *, calibrated: bool) -> Iterator[Finding]:
    """Yield findings for an examined camera: first the camera itself, then possible improvements."""
    check = f"camera {camera.id}"
    if examined.refusal:
        reason, _, remedy = examined.refusal.partition("; ")
        yield Finding(check=check, verdict="bad", found=reason, remedy=remedy or "dartd cameras lists what is plugged in")
        return
    figures = (
        f"{examined.fps:g} of {camera.fps:g} frames/s, brightness {examined.brightness:.0f} of 255, sharpness {examined.sharpness:.3f}"
    )
    yield Finding(check=check, verdict="ok", found=figures)
    if examined.fps < MIN_FPS_SHARE * camera.fps:
        yield Finding(check=check, verdict="warn", found="too few frames", remedy=_faster(camera))
    if examined.frames_bad:
        found, remedy = f"{examined.frames_bad} of {examined.frames} images are broken", "shorter or better cable; another USB port"
        yield Finding(check=check, verdict="bad", found=found, remedy=remedy)
    picture = PictureFigures(brightness=examined.brightness, bright_share=examined.bright_share, sharpness=examined.sharpness)
    if picture.exposure == "dark":
        yield Finding(check=check, verdict="warn", found="too dark", remedy="more light, or a larger controls.exposure_ms")
    if picture.exposure == "bright":
        yield Finding(check=check, verdict="warn", found="too bright", remedy="a smaller controls.exposure_ms or gain")
    if picture.focus != "sharp":
        remedy = "focus the lens on the wires, or set controls.focus; clean it"
        yield Finding(check=check, verdict="bad" if picture.focus == "blurred" else "warn", found="blurred", remedy=remedy)
    yield _pose_finding(check, examined, calibrated=calibrated)


def _pose_finding(check: str, examined: Examined, *, calibrated: bool) -> Finding:
    check = f"{check} position"
    if examined.moved_px is not None and examined.moved_px < MOVED_PX:
        return Finding(check=check, verdict="ok", found=f"calibrated, {examined.moved_px:.1f} px off")
    if examined.board_px is not None:
        was = "has moved since its calibration" if calibrated else "is not calibrated yet"
        return Finding(
            check=check, verdict="ok", found=f"{was}; the board is found ({examined.board_px:.2f} px), the next start calibrates"
        )
    if examined.moved_px is not None:
        remedy = "remove the darts, and do not touch the board during the next start"
        return Finding(check=check, verdict="warn", found=f"has moved by {examined.moved_px:.1f} px", remedy=remedy)
    found, _, remedy = (examined.no_board or "").partition(": ")
    remedy = remedy or "remove the darts; the whole double ring must be in the image, evenly lit"
    return Finding(check=check, verdict="bad", found=f"not calibrated: {found}", remedy=remedy)


def examine_camera(asked: Examine) -> Examined:
    """Examine a camera in a separate process; blocks."""
    command = [sys.executable, "-m", "workers.examination"]
    try:
        done = subprocess.run(command, input=msgspec.json.encode(asked), capture_output=True, timeout=EXAMINATION_TIMEOUT_S, check=False)  # noqa: S603
        return msgspec.json.decode(done.stdout, type=Examined)
    except subprocess.TimeoutExpired:
        return Examined(refusal=f"it did not answer within {EXAMINATION_TIMEOUT_S:.0f} s; unplug it and plug it in again")
    except UNREADABLE:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        return Examined(refusal=lines[-1] if lines else "the examining process has ended")


def _calibrations(config: Config) -> dict[CameraId, Calibration]:
    """Return the stored calibrations; none if the store cannot be read."""
    location = config.store_location
    try:
        there = location.is_file() if isinstance(location, Path) else report_on(location) is not None
    except StoreError:  # the check of the database reports it
        return {}
    return stored_calibrations(location) if there else {}


def _faster(camera: CameraConfig) -> str:
    return f"use a separate USB port, images smaller than {camera.width}x{camera.height}, or a lower fps"
