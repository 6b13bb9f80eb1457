"""What watching costs: `python -m tests.bench.idle [--seconds 20]`.

Idle: the processor time of a camera process's path (frame, detector, messages) for each 1280x720 MJPG frame of a still board, compared with
a bare `cv2.imdecode(IMREAD_REDUCED_GRAYSCALE_4)` of the same frame, alternating in one run; and what a whole camera process takes that
plays such frames in real time, 30 a second, threads, pipe and heartbeats included, compared with bare decodes at the same pace (a core
that sleeps between frames decodes slower than one that never does). Locate: the processor time of a camera for each dart at 800x600,
from the frame in which its picture settles to the message, and for the frame after it, in which the new reference is prepared.
"""

import argparse
import asyncio
import json
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from dartd.runtime.workers.fork_server import ForkServer
from dartd.runtime.workers.process import WorkerProcess
from schemas.base import CameraId
from schemas.pipe.from_worker import FromWorker, Settled, WorkerHeartbeat
from schemas.pipe.to_worker import Configure, SourceSpec
from workers.detector import Detector
from workers.loop import DetectorLike
from workers.sources.simulator.frame_content import content_at, shift_at
from workers.sources.simulator.painter import Painter
from workers.sources.simulator.rig import rig_of, true_calibration
from workers.sources.simulator.script import Script
from workers.vision.frame import Frame, Image

CAMERA = CameraId("cam0")
IDLE_SIZE, IDLE_FPS = (1280, 720), 30.0
DART_SIZE, DART_FPS = (800, 600), 20.0
DIFFERENT = 60  # still frames that are played in turn: each has its own noise
QUALITY = 90
LEAD_S = 4.0  # of real time for a process to begin


def painted(size: tuple[int, int], times_s: Sequence[float], camera: int = 0) -> list[bytes]:
    """Paint frames of a story as JPEG."""
    story = Script(name="demo", seed=7)
    painter = Painter(rig_of(1), camera, true_calibration(1, camera, *size, CAMERA))
    return [jpeg(painter.paint(content_at(story, at_s), shift_at(story, camera, at_s), k)) for k, at_s in enumerate(times_s)]


def jpeg(picture: Image) -> bytes:
    """Compress as a USB camera does."""
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes()


def watching(size: tuple[int, int], fps: float, camera: int = 0) -> Detector:
    """Return a detector with the calibration of its camera."""
    spec = SourceSpec(camera_id=CAMERA, url="sim:", width=size[0], height=size[1], fps=fps)
    return Detector(Configure(source=spec, calibration=true_calibration(1, camera, *size, CAMERA)))


def idle(seconds: float) -> None:
    """Compare the idle path with a bare decode of the same frames."""
    frames = painted(IDLE_SIZE, [0.0] * DIFFERENT)
    detector: DetectorLike = watching(IDLE_SIZE, IDLE_FPS)
    bare_s, path_s, sent = [], [], []
    for k in range(round(seconds * IDLE_FPS)):
        data = frames[k % DIFFERENT]
        began_s = time.thread_time()
        cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_REDUCED_GRAYSCALE_4)
        decoded_s = time.thread_time()
        messages = detector.step(Frame(k / IDLE_FPS, jpeg=data))
        ended_s = time.thread_time()
        if k > IDLE_FPS:  # the calibration is behind it
            bare_s.append(decoded_s - began_s)
            path_s.append(ended_s - decoded_s)
            sent += messages
    ratio = sum(path_s) / sum(bare_s)
    bare_ms, path_ms = (1000 * np.array(values) for values in (bare_s, path_s))
    kilobytes = np.mean([len(frame) for frame in frames]) / 1000
    print(f"idle, {IDLE_SIZE[0]}x{IDLE_SIZE[1]}, JPEG of {kilobytes:.0f} kB, {len(path_s)} frames, {len(sent)} messages")
    print(f"  bare decode     ms p50 {np.median(bare_ms):.3f}  mean {bare_ms.mean():.3f}")
    print(f"  whole path      ms p50 {np.median(path_ms):.3f}  mean {path_ms.mean():.3f}  max {path_ms.max():.1f}")
    print(f"  ratio           {ratio:.2f} (wanted: 1.6 or less)")
    paced_ms = 1000 * paced_decode_s(frames, seconds / 2)
    core = asyncio.run(process_share(frames, seconds))
    frame_ms = 1000 * core / IDLE_FPS
    print(f"  camera process  {core:.3f} of a core at {IDLE_FPS:.0f} frames a second, {frame_ms:.2f} ms a frame:")
    print(f"                  {frame_ms / paced_ms:.2f} bare decodes at this pace, {frame_ms / bare_ms.mean():.2f} without a pause")
    print(f"  three of them   {3 * core:.3f} of a core (wanted: 0.3 or less)")


def paced_decode_s(frames: Sequence[bytes], seconds: float) -> float:
    """Measure the processor time of a bare decode, in seconds, when frames come as from a camera."""
    spent_s, count = 0.0, round(seconds * IDLE_FPS)
    for k in range(count):
        time.sleep(1 / IDLE_FPS)
        began_s = time.thread_time()
        cv2.imdecode(np.frombuffer(frames[k % len(frames)], np.uint8), cv2.IMREAD_REDUCED_GRAYSCALE_4)
        spent_s += time.thread_time() - began_s
    return spent_s / count


async def process_share(frames: Sequence[bytes], seconds: float) -> float:
    """Measure the share of a core that a real camera process takes which plays still frames in real time."""
    with tempfile.TemporaryDirectory(prefix="dartd-idle-") as folder:
        for k, data in enumerate(frames):
            (Path(folder) / f"{k}.jpg").write_bytes(data)
        count = round((seconds + LEAD_S) * IDLE_FPS)
        stills = [{"t_ms": 1000 * k / IDLE_FPS, "files": {CAMERA: f"{k % len(frames)}.jpg"}} for k in range(count)]
        width, height = IDLE_SIZE
        camera = {"width": width, "height": height, "fps": IDLE_FPS}
        sequence = {"id": "still", "end_ms": 1000 * count / IDLE_FPS, "frames": stills}
        recording = {"version": 1, "cameras": {CAMERA: camera}, "sequences": [sequence]}
        (Path(folder) / "recording.json").write_text(json.dumps(recording))
        spec = SourceSpec(camera_id=CAMERA, url=f"recording:{folder}", width=width, height=height, fps=IDLE_FPS)
        fork_server = ForkServer()
        process = WorkerProcess(CAMERA, fork_server)
        await process.start(Configure(source=spec, calibration=true_calibration(1, 0, width, height, CAMERA)))
        try:
            began_s, spent_s = 0.0, 0.0
            while True:
                message = await process.receive()
                if isinstance(message, WorkerHeartbeat):
                    if began_s == 0.0 and message.counters.frames_read > LEAD_S * IDLE_FPS / 2:
                        began_s, spent_s = time.monotonic(), _spent_s(process.pid or 0)
                    elif began_s and time.monotonic() - began_s > seconds - LEAD_S:
                        return (_spent_s(process.pid or 0) - spent_s) / (time.monotonic() - began_s)
        finally:
            await process.kill()
            await fork_server.close()


def _spent_s(pid: int) -> float:
    """Return the processor time of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def locate(visits: int) -> None:
    """Measure what a dart costs one camera."""
    story = Script(name="demo", seed=7)
    frames = painted(DART_SIZE, np.arange(9.0, story.lead_s + visits * story.length_s, 1 / DART_FPS).tolist())
    detector = watching(DART_SIZE, DART_FPS)
    looking_s, settling_s, after_s, decoding_s = [], [], [], []
    settled_before, before_s = False, 0.0
    for k, data in enumerate(frames):
        began_s = time.thread_time()
        cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
        decoded_s = time.thread_time()
        messages: list[FromWorker] = detector.step(Frame(k / DART_FPS, jpeg=data))
        spent_s = time.thread_time() - decoded_s
        if settled_before:
            after_s.append(spent_s)
        settled_before = any(isinstance(m, Settled) and m.finding == "dart" for m in messages)
        if settled_before:
            looking_s.append(before_s)  # all is worked out on the first still frame, while the second is awaited
            settling_s.append(spent_s)
            decoding_s.append(decoded_s - began_s)
        before_s = spent_s
    parts = (("first still frame", looking_s), ("  of it decoding", decoding_s), ("second", settling_s), ("frame after them", after_s))
    for name, values in parts:
        ms = 1000 * np.array(values)
        print(f"  {name:17} ms p50 {np.median(ms):.1f}  p95 {np.quantile(ms, 0.95):.1f}  max {ms.max():.1f}  ({len(ms)})")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20.0, help="of idle film")
    parser.add_argument("--visits", type=int, default=6, help="of three darts each")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    idle(given.seconds)
    print(f"locate, {DART_SIZE[0]}x{DART_SIZE[1]}, one camera and dart (wanted: 80 ms or less)")
    locate(given.visits)
    print(f"load {os.getloadavg()[0]:.2f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
