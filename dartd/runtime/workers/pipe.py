"""The daemon's end of a camera process's pipe."""

import asyncio
import socket
from collections import deque

import anyio
import anyio.lowlevel
import msgspec

from dartd.errors import WorkerProtocolError
from schemas.codec import decode_from_worker, encode_pipe
from schemas.framing import FramingError, Unframer, frame
from schemas.pipe.from_worker import FromWorker
from schemas.pipe.to_worker import ToWorker

MAX_BACKLOG_BYTES = 1024 * 1024
_CHUNK_BYTES = 65536


class LinkFullError(WorkerProtocolError):
    """A camera process takes nothing although messages wait for it; it is started anew (policy `restart`)."""

    code = "WORKER_LINK_FULL"


class Link:
    """Speaks messages over a socket without ever holding up the event loop, whatever the other end does.

    One task may receive; `send` is a plain function. What the socket does not take at once waits in a bounded backlog.
    """

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        self._connection = connection
        self._unframer = Unframer()
        self._received: deque[FromWorker] = deque()
        self._broken: WorkerProtocolError | None = None
        self._backlog = bytearray()
        self._writer: asyncio.AbstractEventLoop | None = None

    async def receive(self) -> FromWorker:
        """Give the next message.

        Raises:
            anyio.EndOfStream: the other end is closed and everything whole has been given.
            WorkerProtocolError: the other end sent what is no message; what it said before has been given.
        """
        while not self._received:
            await self._fill()
        return self._received.popleft()

    def send(self, message: ToWorker) -> None:
        """Send a message; to a process that has ended it is lost, as it would be a moment later.

        Raises:
            LinkFullError: too much waits already.
        """
        data = frame(encode_pipe(message))
        if len(self._backlog) + len(data) > MAX_BACKLOG_BYTES:
            raise LinkFullError(f"the camera process takes no messages: {len(self._backlog)} bytes wait for it")
        self._backlog += data
        self._flush()

    def close(self) -> None:
        """Close the pipe; the camera process sees its end of file and exits."""
        self._stop_writing()
        self._backlog.clear()
        self._connection.close()

    async def _fill(self) -> None:
        if self._broken is not None:
            raise self._broken
        try:
            chunk = self._connection.recv(_CHUNK_BYTES)
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
            self._broken = WorkerProtocolError(str(error))
        except msgspec.DecodeError as error:
            self._broken = WorkerProtocolError(f"the camera process sent what is no message: {error}")
        # A process that sends without end must not keep the loop from the others.
        await anyio.lowlevel.checkpoint()

    def _flush(self) -> None:
        try:
            while self._backlog:
                sent = self._connection.send(self._backlog)
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
