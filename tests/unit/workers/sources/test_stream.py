"""Video files and network streams, with real files and a real server."""

import http.server
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from schemas.base import CameraId
from schemas.pipe.to_worker import SourceSpec
from tests.support.pictures import HEIGHT, WIDTH, jpeg
from workers.sources import stream as module
from workers.sources.errors import SourceError
from workers.sources.stream import StreamSource, file_of, without_password

FRAMES, FPS = 10, 20


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a film that grows brighter."""
    path = tmp_path_factory.mktemp("film") / "throw 1.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), FPS, (WIDTH, HEIGHT))
    for number in range(FRAMES):
        writer.write(np.full((HEIGHT, WIDTH, 3), 20 * number, np.uint8))
    writer.release()
    return path


class OneFrameAtATime(http.server.BaseHTTPRequestHandler):
    """Serves five JPEGs as a camera with a web page does, then breaks off."""

    def do_GET(self) -> None:
        """Answer with a multipart stream."""
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=next")
        self.end_headers()
        for level in range(5):
            picture = jpeg(40 * level)
            self.wfile.write(b"--next\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%s\r\n" % (len(picture), picture))

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@pytest.fixture
def camera_url() -> Iterator[str]:
    """Run a camera with a web page."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), OneFrameAtATime) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://user:secret@127.0.0.1:{server.server_address[1]}/video.mjpg?key=secret"
        server.shutdown()
        thread.join()


def stream(url: str, *, lockstep: bool = True, start_s: float = 0.0, width: int = WIDTH) -> StreamSource:
    """Make a stream of the small size."""
    spec = SourceSpec(camera_id=CameraId("cam0"), url=url, width=width, height=HEIGHT, fps=FPS)
    return StreamSource(spec, lockstep=lockstep, start_s=start_s)


def read_all(source: StreamSource) -> None:
    """Read to the end."""
    while source.read() is not None:
        pass


@pytest.mark.parametrize("form", ["file:{}", "file://{}"])
def test_a_file_in_lockstep_has_its_own_timestamps(film: Path, form: str) -> None:
    """Every picture of the file comes, in order, at the times of the film after `start_s`; then the end."""
    source = stream(form.format(film if form == "file:{}" else str(film).replace(" ", "%20")), start_s=100.0)
    source.open()
    times, levels = [], []
    while (next_s := source.next_s()) is not None:
        frame = source.read()
        assert frame is not None
        assert frame.t_s == next_s
        times.append(frame.t_s)
        levels.append(float(frame.color().mean()))
    source.close()

    assert times == pytest.approx([100 + number / FPS for number in range(FRAMES)], abs=1e-3)
    assert levels == pytest.approx([20 * number for number in range(FRAMES)], abs=3)
    assert source.read() is None


def test_a_file_played_live_waits_for_its_time(film: Path) -> None:
    """Live, a picture comes at its time on the monotonic clock and not before; the end is an end, not a fault."""
    source = stream(f"file:{film}", lockstep=False)
    began_s = time.monotonic()
    source.open()
    early = []
    count = 0
    while (frame := source.read()) is not None:
        count += 1
        early.append(frame.t_s - time.monotonic())
    source.close()

    assert count == FRAMES
    assert max(early) <= 0
    assert time.monotonic() - began_s >= (FRAMES - 1) / FPS


def test_a_network_stream_gives_pictures_until_it_breaks_off(camera_url: str) -> None:
    """Pictures over HTTP carry the time of arrival; when the other end leaves it is a fault whose words give no password away."""
    source = stream(camera_url, lockstep=False)
    began_s = time.monotonic()
    source.open()
    first = source.read()
    read_s = time.monotonic()
    with pytest.raises(SourceError, match="was lost") as broken:
        read_all(source)
    source.close()

    assert first is not None
    assert began_s <= first.t_s <= read_s
    assert "secret" not in str(broken.value)
    assert "user" not in str(broken.value)


def test_what_cannot_be_played_is_reported(film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing file, a file that is no film, another size, a dead address and a replay of a network stream are raised with the remedy."""
    monkeypatch.setattr(module, "OPEN_TIMEOUT_MS", 1000)
    (tmp_path / "text.mp4").write_text("no film")

    with pytest.raises(SourceError, match="no such video file"):
        stream(f"file:{tmp_path}/nowhere.mp4").open()
    with pytest.raises(SourceError, match="cannot be opened as video"):
        stream(f"file:{tmp_path}/text.mp4").open()
    with pytest.raises(SourceError, match=f"delivers pictures of {WIDTH}x{HEIGHT} instead of 800x{HEIGHT}"):
        stream(f"file:{film}", width=800).open()
    with pytest.raises(SourceError, match="cannot be opened as video within 1 s"):
        stream("rtsp://127.0.0.1:1/stream", lockstep=False).open()
    with pytest.raises(SourceError, match="not replayed"):
        stream("rtsp://127.0.0.1:1/stream").open()


def test_addresses_lose_who_logs_in_and_with_what() -> None:
    """User, password and query are left out of what people read; a file URL names its path."""
    assert without_password("rtsp://me:pass@10.0.0.7:554/live?token=abc") == "rtsp://10.0.0.7:554/live"
    assert file_of("file:///a%20b.mp4") == Path("/a b.mp4")
    assert file_of("file:a.mp4") == Path("a.mp4")
    assert file_of("rtsp://x/") is None
