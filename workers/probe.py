"""Find size and frame rate of a camera: `python -m workers.probe` reads a `Probe` from stdin and prints a `Probed`."""

import contextlib
import sys
import time
from collections.abc import Callable

import cv2
import msgspec
import numpy as np

from schemas.examination import THUMBNAIL_WIDTH, Probe, Probed
from schemas.pipe.to_worker import SourceSpec
from workers.image_writer import jpeg
from workers.sources import STREAM_SCHEMES, Source, SourceError, open_source
from workers.vision.frame import BadFrameError, Image

FIRST_FRAME_S = 5.0
MEASURED_S = 1.0
THUMBNAIL_BYTES = 100_000


def main() -> int:
    """Probe the camera that stdin names."""
    cv2.setNumThreads(1)
    request = msgspec.json.decode(sys.stdin.buffer.read(), type=Probe)
    sys.stdout.write(msgspec.json.encode(probe(request)).decode() + "\n")
    return 0


def probe(request: Probe, clock: Callable[[], float] = time.monotonic) -> Probed:
    """Return size and frame rate of the first size that works."""
    refusal = "no size was given"
    for width, height in request.sizes:
        try:
            source = _open(msgspec.structs.replace(request.source, width=width, height=height))
            with contextlib.closing(source):
                source.open()
                return _take(source, clock) if request.picture else _measure(source, clock)
        except SourceError as error:
            refusal = str(error)
    return Probed(refusal=refusal)


def _open(spec: SourceSpec) -> Source:
    if spec.url.partition(":")[0] in STREAM_SCHEMES:
        from workers.sources.stream import StreamSource  # noqa: PLC0415 (as in `open_source`)

        class AnySize(StreamSource):
            """A stream whose size is not known yet."""

            def _check_size(self, pixels: Image) -> None:
                """Accept every size."""

        return AnySize(spec, lockstep=False, start_s=time.monotonic())
    return open_source(spec, lockstep=False, start_s=time.monotonic())


def _take(source: Source, clock: Callable[[], float]) -> Probed:
    """Return the first picture that is readable."""
    began_s = clock()
    while clock() - began_s < FIRST_FRAME_S and (frame := source.read()) is not None:
        with contextlib.suppress(BadFrameError):
            picture = frame.color()
            height, width = picture.shape[:2]
            scale = min(1.0, THUMBNAIL_WIDTH / width)
            small = cv2.resize(picture, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA)
            return Probed(width=width, height=height, jpeg=jpeg(np.asarray(small, np.uint8), THUMBNAIL_BYTES))
    raise SourceError("it delivers no readable picture")


def _measure(source: Source, clock: Callable[[], float]) -> Probed:
    began_s, first_s, count = clock(), 0.0, 0
    picture: Image | None = None
    while (now_s := clock()) - (first_s if count else began_s) < (MEASURED_S if count else FIRST_FRAME_S):
        frame = source.read()
        if frame is None:
            break
        try:
            picture = frame.color() if picture is None else picture
        except BadFrameError:
            continue
        first_s, count = (first_s if count else now_s), count + 1
    if picture is None:
        raise SourceError("it delivers no readable picture")
    elapsed_s = clock() - first_s
    fps = round(max(1.0, (count - 1) / elapsed_s)) if count > 1 and elapsed_s > 0 else 0
    return Probed(width=picture.shape[1], height=picture.shape[0], fps=float(min(120, fps)))


if __name__ == "__main__":
    sys.exit(main())
