"""The daemon's end of the pipe to a camera process."""

import asyncio
import os
from collections import deque
from multiprocessing.connection import Connection
from typing import Final

import anyio
import anyio.lowlevel

from dartd.errors import WorkerProtocolError
from schemas.codec import UNREADABLE, decode_from_worker, encode_pipe
from schemas.framing import FramingError, Unframer, frame
from schemas.pipe.from_worker import FromWorker
from schemas.pipe.to_worker import ToWorker

MAX_BACKLOG_BYTES: Final = 1024 * 1024
_CHUNK_BYTES = 65536


class PipeFullError(WorkerProtocolError):
    """A camera process reads nothing although messages wait for it; it is restarted (policy `restart`)."""

    code = "WORKER_LINK_FULL"


class WorkerPipe:
    """Sends and receives messages without blocking the event loop, whatever the other end does.

    One task may receive; `send` is a plain function. Bytes that the pipe does not take at once wait in a bounded backlog.
    """

    def __init__(self, connection: Connection) -> None:
        os.set_blocking(connection.fileno(), False)
        self._connection = connection
        self._unframer = Unframer()
        self._received: deque[FromWorker] = deque()
        self._error: WorkerProtocolError | None = None
        self._backlog = bytearray()
        self._writer: asyncio.AbstractEventLoop | None = None

    async def receive(self) -> FromWorker:
        """Return the next message.

        Raises:
            anyio.EndOfStream: the other end is closed and every complete message has been returned.
            WorkerProtocolError: the other end sent bytes that are not a message; every message before them has been returned.
        """
        while not self._received:
            await self._fill()
        return self._received.popleft()

    def send(self, message: ToWorker) -> None:
        """Send a message; it is lost if the process has ended.

        Raises:
            PipeFullError: the backlog is full.
        """
        data = frame(encode_pipe(message))
        if len(self._backlog) + len(data) > MAX_BACKLOG_BYTES:
            raise PipeFullError(f"the camera process reads no messages: {len(self._backlog)} bytes wait for it")
        self._backlog += data
        self._flush()

    def close(self) -> None:
        """Close the pipe; the camera process reads its end of file and exits."""
        self._stop_writing()
        self._backlog.clear()
        self._connection.close()

    async def _fill(self) -> None:
        if self._error is not None:
            raise self._error
        try:
            chunk = os.read(self._connection.fileno(), _CHUNK_BYTES)
        except BlockingIOError:
            await anyio.wait_readable(self._connection)
            return
        except OSError as error:
            raise anyio.EndOfStream from error
        if not chunk:
            raise anyio.EndOfStream
        try:
            for payload in self._unframer.feed(chunk):
                self._received.append(decode_from_worker(payload))
        except FramingError as error:
            self._error = WorkerProtocolError(str(error))
        except UNREADABLE as error:
            self._error = WorkerProtocolError(f"the camera process sent bytes that are not a message: {error}")
        # A process that sends without end must not keep the event loop from the others.
        await anyio.lowlevel.checkpoint()

    def _flush(self) -> None:
        try:
            while self._backlog:
                sent = os.write(self._connection.fileno(), self._backlog)
                del self._backlog[:sent]
        except BlockingIOError:
            self._start_writing()
            return
        except OSError:
            self._backlog.clear()
        self._stop_writing()

    def _start_writing(self) -> None:
        if self._writer is None:
            self._writer = asyncio.get_running_loop()
            self._writer.add_writer(self._connection, self._flush)

    def _stop_writing(self) -> None:
        if self._writer is not None:
            self._writer.remove_writer(self._connection)
            self._writer = None
