"""The daemon's end of the pipe, on a real pipe."""

import socket
import struct
from collections.abc import Iterator
from multiprocessing.connection import Connection

import anyio
import pytest

from dartd.errors import WorkerProtocolError
from dartd.runtime.workers.pipe import MAX_BACKLOG_BYTES, PipeFullError, WorkerPipe
from schemas.base import CameraId
from schemas.codec import decode_to_worker, encode_pipe
from schemas.framing import Unframer, frame
from schemas.pipe.from_worker import MotionDetected
from schemas.pipe.to_worker import Advance, ToWorker, UpdateBoard
from tests.support.waiting import Waiting

Pipe = tuple[WorkerPipe, socket.socket]


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    """Provide a pipe and the camera process's end of it, which does not block."""
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    link = WorkerPipe(Connection(ours.detach()))
    yield link, theirs
    link.close()
    theirs.close()


def motion(episode: int) -> MotionDetected:
    """Make a message."""
    return MotionDetected(camera_id=CameraId("cam0"), t_s=float(episode), episode=episode)


async def test_messages_come_in_order(pipe: Pipe) -> None:
    """Many messages in one piece come out one by one."""
    link, worker = pipe
    worker.send(b"".join(frame(encode_pipe(motion(n))) for n in range(100)))

    assert [await link.receive() for _ in range(100)] == [motion(n) for n in range(100)]


async def test_half_a_message_leaves_the_loop_free(pipe: Pipe, waiting: Waiting) -> None:
    """While half a message waits for its rest the event loop must run on; the rest completes it."""
    link, worker = pipe
    data = frame(encode_pipe(motion(1)))
    worker.send(data[:9])
    with anyio.move_on_after(0.05) as patience:
        await link.receive()
    worker.send(data[9:])

    assert patience.cancelled_caught
    assert await waiting.within(link.receive()) == motion(1)


async def test_a_cancelled_receive_loses_nothing(pipe: Pipe, waiting: Waiting) -> None:
    """A message that arrives around a timeout must be returned by the next receive."""
    link, worker = pipe
    got = []
    for episode in range(20):
        worker.send(frame(encode_pipe(motion(episode))))
        with anyio.move_on_after(0):
            got.append(await link.receive())
    while len(got) < 20:
        got.append(await waiting.within(link.receive()))

    assert got == [motion(n) for n in range(20)]


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (frame(b"\xc1"), "not a message"),
        (frame(b"\x81\xa4kind\xa5\xff\xff\xff\xff\xff"), "not a message"),  # text that is not UTF-8
        (frame(b"\x81\xa4kind\xa5wings"), "wings"),
        (frame(b""), "not a message"),
        (struct.pack("<I", 0xFFFFFFFF), "4294967295 bytes"),
    ],
)
async def test_bytes_that_are_not_a_message_are_a_protocol_error(pipe: Pipe, data: bytes, complaint: str) -> None:
    """Bytes that do not decode, an unknown tag, an empty message, a length over the maximum: an error, after the last message."""
    link, worker = pipe
    worker.send(frame(encode_pipe(motion(1))) + data)

    assert await link.receive() == motion(1)
    with pytest.raises(WorkerProtocolError, match=complaint):
        await link.receive()


async def test_messages_before_the_end_are_returned_first(pipe: Pipe) -> None:
    """What a process sends before it closes the pipe must be returned; half a message at the end is lost."""
    link, worker = pipe
    data = frame(encode_pipe(motion(1)))
    worker.send(data + data[:5])
    worker.close()

    assert await link.receive() == motion(1)
    with pytest.raises(anyio.EndOfStream):
        await link.receive()


async def test_what_the_pipe_does_not_take_waits_and_is_sent(pipe: Pipe, waiting: Waiting) -> None:
    """Messages beyond the pipe's buffer must arrive complete and in order when the process reads."""
    link, worker = pipe
    count = 30_000
    for number in range(count):
        link.send(Advance(until_s=float(number)))
    unframer = Unframer()
    got: list[ToWorker] = []

    def read_all() -> bool:
        try:
            got.extend(decode_to_worker(payload) for payload in unframer.feed(worker.recv(65536)))
        except BlockingIOError:
            return False
        return len(got) == count

    await waiting.soon(read_all)
    assert got == [Advance(until_s=float(number)) for number in range(count)]


async def test_the_backlog_is_bounded(pipe: Pipe) -> None:
    """With a process that reads nothing, sending must fail after no more than the limit."""
    link, _ = pipe
    size = len(frame(encode_pipe(UpdateBoard())))

    def fill() -> None:
        for _ in range(2 * MAX_BACKLOG_BYTES // size):
            link.send(UpdateBoard())

    with pytest.raises(PipeFullError, match=r"reads no messages: 10\d{5} bytes wait"):
        fill()


async def test_sending_to_a_process_that_has_ended_is_no_error(pipe: Pipe) -> None:
    """The message is lost; only receiving reports the end."""
    link, worker = pipe
    worker.close()
    link.send(Advance(until_s=1.0))

    with pytest.raises(anyio.EndOfStream):
        await link.receive()
