"""Record cameras into a folder that `dartd replay` plays, with a child process for each camera."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import anyio

from dartd.errors import RecordingError
from schemas.base import CameraId
from schemas.pipe.to_worker import SourceSpec

LEAD_S = 2.0  # seconds for the children to open their cameras; all begin recording at the same time
SPARE_S = 20.0  # seconds after its time in which a child must have ended


async def record(
    sources: Sequence[SourceSpec], folder: Path, seconds: float, *, on_progress: Callable[[float], None] = lambda _: None
) -> int:
    """Record all cameras for some seconds as one sequence; return the number of pictures.

    Raises:
        RecordingError: the folder holds a recording already, or a camera cannot be read; the message has the reason.
    """
    if await anyio.Path(folder / "recording.json").exists():
        raise RecordingError(f"{folder} holds a recording already: name another folder", path=str(folder))
    await anyio.Path(folder).mkdir(parents=True, exist_ok=True)
    start_s = time.monotonic() + LEAD_S
    taken: dict[CameraId, list[dict[str, Any]]] = {}
    async with anyio.create_task_group() as tasks:
        for source in sources:
            tasks.start_soon(_record_one, source, folder, start_s, seconds, taken)
        while len(taken) < len(sources):
            on_progress(min(seconds, max(0.0, time.monotonic() - start_s)))
            await anyio.sleep(0.2)
    document = recording_of(sources, taken, seconds)
    await anyio.Path(folder / "recording.json").write_text(json.dumps(document, indent=1), encoding="utf-8")
    return sum(len(frames) for frames in taken.values())


def recording_of(sources: Sequence[SourceSpec], taken: Mapping[CameraId, Sequence[Mapping[str, Any]]], seconds: float) -> dict[str, Any]:
    """Return the content of `recording.json`: one sequence, every picture at its own time.

    Raises:
        RecordingError: a camera gave no picture.
    """
    for source in sources:
        if not taken.get(source.camera_id):
            raise RecordingError(f"camera {source.camera_id} gave no picture within {seconds:g} s")
    moments: dict[float, dict[str, str]] = {}
    for camera_id, frames in taken.items():
        for frame in frames:
            moments.setdefault(frame["t_ms"], {})[camera_id] = frame["file"]
    cameras: dict[str, dict[str, Any]] = {}
    for source in sources:
        cameras[source.camera_id] = {"width": source.width, "height": source.height, "fps": source.fps}
        if source.near_sector is not None:
            cameras[source.camera_id]["near_sector"] = source.near_sector
    frames = [{"t_ms": t_ms, "files": moments[t_ms]} for t_ms in sorted(moments)]
    return {"version": 1, "cameras": cameras, "sequences": [{"id": "r001", "end_ms": round(seconds * 1000), "frames": frames}]}


async def _record_one(
    source: SourceSpec, folder: Path, start_s: float, seconds: float, taken: dict[CameraId, list[dict[str, Any]]]
) -> None:
    """Run the child process of one camera to its end.

    Raises:
        RecordingError: it could not read its camera, or did not end.
    """
    options = {
        "out": folder,
        "url": source.url,
        "camera-id": source.camera_id,
        "width": source.width,
        "height": source.height,
        "fps": source.fps,
        "seconds": seconds,
        "start-s": start_s,
    }
    command = [sys.executable, "-m", "workers.sources.recorder", *(f"--{key}={value}" for key, value in options.items())]
    with anyio.move_on_after(LEAD_S + seconds + SPARE_S) as limit:
        child = await anyio.run_process(command, check=False, stdin=subprocess.DEVNULL)
    if limit.cancelled_caught:
        raise RecordingError(f"camera {source.camera_id} did not come to an end", camera=source.camera_id)
    if child.returncode:
        errors = child.stderr.decode(errors="replace").strip().splitlines()
        raise RecordingError(f"camera {source.camera_id} cannot be recorded: {errors[-1] if errors else 'no reason given'}")
    taken[source.camera_id] = [json.loads(line) for line in child.stdout.splitlines()]
