"""A real camera process: `workers.entry:run`, started by the fork server."""

import logging
import os
import signal
from pathlib import Path
from types import NoneType

import pytest

from dartd.runtime.workers.fork_server import ForkServer
from dartd.runtime.workers.process import WorkerEndedError, WorkerProcess
from schemas.base import CameraId
from schemas.pipe.from_worker import FromWorker, SourceOpened, WorkerHeartbeat
from schemas.pipe.to_worker import Configure, SourceSpec
from tests.support.pictures import HEIGHT, WIDTH, camera, sequence, write_recording
from tests.support.waiting import Waiting
from workers.entry import LOG_LINE_CHARACTERS, LOG_LINES, LogBuffer, log_lines

CAM = CameraId("cam0")


@pytest.fixture
def configure(tmp_path: Path) -> Configure:
    """Configure a camera that shows a grey picture for a minute."""
    folder = write_recording(tmp_path, {"cam0": camera()}, sequence("r1", 60_000, (0, {"cam0": "90.jpg"})))
    return Configure(source=SourceSpec(camera_id=CAM, url=f"recording:{folder}", width=WIDTH, height=HEIGHT))


async def receive(process: WorkerProcess, kind: type[object]) -> FromWorker:
    """Receive messages until one of a kind arrives."""
    while not isinstance(message := await process.receive(), kind):
        pass
    return message


@pytest.mark.slow
async def test_a_camera_process_ignores_ctrl_c_and_ends_on_sigterm(configure: Configure, fork_server: ForkServer, waiting: Waiting) -> None:
    """It must open its source, send heartbeats after SIGINT, have the camera's name, and end with code 0 on SIGTERM."""
    process = WorkerProcess(CAM, fork_server)
    try:
        await process.start(configure)
        await waiting.within(receive(process, SourceOpened), "an open source")
        pid = process.pid
        assert pid is not None
        name = Path(f"/proc/{pid}/comm").read_text().strip()  # noqa: ASYNC240 (memory, not a disk)
        os.kill(pid, signal.SIGINT)
        await waiting.within(receive(process, WorkerHeartbeat), "a heartbeat after SIGINT")
        os.kill(pid, signal.SIGTERM)
        with pytest.raises(WorkerEndedError) as ended:
            await waiting.within(receive(process, NoneType), "the end")
    finally:
        await process.stop()

    assert name == "dartd cam0"
    assert str(ended.value) == "the camera process ended with code 0"


def test_the_log_is_bounded_and_counted() -> None:
    """The buffer must keep the newest lines, cut long ones, and count what it dropped; draining empties it."""
    buffer = LogBuffer()
    for number in range(LOG_LINES + 5):
        buffer.handle(logging.LogRecord("n", logging.INFO, "", 0, "line %s", (number,), None))
    buffer.handle(logging.LogRecord("n", logging.ERROR, "", 0, "x" * 9999, (), None))
    lines, dropped = buffer.drain()

    assert (len(lines), dropped) == (LOG_LINES, 6)
    assert lines[0].text == "line 6"
    assert (lines[-1].level, len(lines[-1].text)) == (logging.ERROR, LOG_LINE_CHARACTERS)
    assert buffer.drain() == ((), 6)


def test_the_output_of_libraries_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Each kind of line must be logged once, however often it appears and whatever numbers it holds."""
    reader, writer = os.pipe()
    with os.fdopen(writer, "w") as lines:
        for number in range(50):
            lines.write(f"Corrupt JPEG data: {number} extraneous bytes before marker 0xd9\n\n")
        lines.write("something else\n")
    with caplog.at_level(logging.WARNING):
        log_lines(reader)

    assert [record.message for record in caplog.records] == ["Corrupt JPEG data: 0 extraneous bytes before marker 0xd9", "something else"]
