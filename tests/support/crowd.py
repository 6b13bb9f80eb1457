"""A crowd of WebSocket clients in one thread: raw sockets and frames, for loads that an ordinary client cannot keep up with."""

import re
import select
import socket
import time
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

import msgspec

from tests.support.waiting import DEADLINE_S

_UPGRADE = (
    "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
_READ = 1 << 18
_SEQ = re.compile(rb'"seq":\s*(\d+)')
_NUMBER = re.compile(rb'"n":\s*(\d+)')
_TIME = re.compile(rb'"sent_ns":\s*(\d+)')


def masked_text(payload: bytes) -> bytes:
    """Frame a text message as a client must; the mask is zero, so that it costs nothing."""
    length = len(payload)
    if length < 126:
        return bytes((0x81, 0x80 | length)) + bytes(4) + payload
    if length < 1 << 16:
        return b"\x81\xfe" + length.to_bytes(2, "big") + bytes(4) + payload
    return b"\x81\xff" + length.to_bytes(8, "big") + bytes(4) + payload


class Member:
    """One client: what it has received since the crowd last forgot, and whether every number followed the one before.

    `present_ns` is when its first message came: from then on an event can be late for it.
    """

    __slots__ = ("farewell", "greeted", "last_seq", "misses", "present_ns", "received", "rest", "socket")

    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection
        self.rest = b""
        self.farewell = "without a word"
        self.greeted = False
        self.received = 0
        self.last_seq = 0
        self.misses = 0
        self.present_ns = 0


class Crowd:
    """Clients of one server, and one connection more that publishes.

    `sent_at` finds in an event when it was sent, in monotonic nanoseconds.
    """

    def __init__(self, port: int, *, receive_bytes: int | None = None, sent_at: re.Pattern[bytes] = _TIME) -> None:
        self._port = port
        self._sent_at = sent_at
        self._receive_bytes = receive_bytes
        self._epoll = select.epoll()
        self.members: dict[int, Member] = {}
        self.latencies_ns = array("q")
        self.lost: Counter[str] = Counter()  # members that the server left, by what it said
        self.events = 0
        self.last_event_ns = 0
        self.count_from_ns = 0
        self.latest_ns = 0  # by how much the latest event was late, for clients that were connected when it was sent
        self._sent_ns: list[int] = []
        self._base: int | None = None  # the number of the first event sent, less one
        self._publisher: socket.socket | None = None

    def join(self, count: int, path: str = "/ws", *, burst: int = 100, port: int | None = None) -> None:
        """Connect this many more, `burst` at a time, and wait until each has been upgraded; `port`: of another server than the first.

        Raises:
            TimeoutError: a client was not answered before the deadline.
        """
        wanted = len(self.members) + count
        while len(self.members) < wanted:
            fresh = [self._connect(path, port) for _ in range(min(burst, wanted - len(self.members)))]
            deadline = time.monotonic() + DEADLINE_S
            while not all(member.greeted for member in fresh):
                self.listen(0.01)
                if time.monotonic() > deadline:
                    raise TimeoutError(f"{sum(not member.greeted for member in fresh)} clients were not answered")

    def publish(self, payload_bytes: int) -> None:
        """Publish an event, about this long, that carries the time at which it was sent."""
        if self._publisher is None:
            self._publisher = self._upgraded("/bench/publish")
        self._answer_pings(self._publisher)
        self._sent_ns.append(time.monotonic_ns())
        body = msgspec.json.encode({"sent_ns": self._sent_ns[-1], "n": len(self._sent_ns), "filling": "x" * max(0, payload_bytes - 60)})
        self._publisher.sendall(masked_text(body))

    @property
    def sent(self) -> int:
        """Count what was published."""
        return len(self._sent_ns)

    def forget(self) -> None:
        """Count from zero again, and time only what is sent from now on."""
        self.count_from_ns = time.monotonic_ns()
        self.latencies_ns = array("q")
        self.events = self.latest_ns = 0
        for member in self.members.values():
            member.received = 0

    def listen(self, seconds: float) -> None:
        """Receive whatever comes within this time."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            for descriptor, _ in self._epoll.poll(left, 1024):
                self._receive(descriptor)

    def listen_until(self, done: Callable[[], bool], seconds: float) -> bool:
        """Receive until it is done; False when this time has passed first."""
        end = time.monotonic() + seconds
        while not done():
            if time.monotonic() > end:
                return False
            for descriptor, _ in self._epoll.poll(0.02, 1024):
                self._receive(descriptor)
        return True

    def play(self, per_second: float, seconds: float, payload_bytes: int) -> int:
        """Publish at an even rate and receive meanwhile; return how many were published."""
        began, count = time.monotonic(), 0
        while count < per_second * seconds:
            due = began + count / per_second
            if (now := time.monotonic()) >= due:
                self.publish(payload_bytes)
                count += 1
                continue
            for descriptor, _ in self._epoll.poll(due - now, 1024):
                self._receive(descriptor)
                if time.monotonic() >= due:
                    break
        return count

    def stop_reading(self, members: list[Member]) -> None:
        """Stop reading from these clients."""
        for member in members:
            self._epoll.unregister(member.socket.fileno())

    def resume_reading(self, members: list[Member]) -> None:
        """Read from these clients again."""
        for member in members:
            self._epoll.register(member.socket.fileno(), select.EPOLLIN)

    def close(self) -> None:
        """Close all connections."""
        for member in self.members.values():
            member.socket.close()
        self.members.clear()
        if self._publisher is not None:
            self._publisher.close()
        self._epoll.close()

    def _connect(self, path: str, port: int | None = None) -> Member:
        connection = socket.socket()
        if self._receive_bytes is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self._receive_bytes)
        connection.connect(("127.0.0.1", port or self._port))
        connection.sendall(_UPGRADE.format(path=path).encode())
        connection.setblocking(False)
        member = self.members[connection.fileno()] = Member(connection)
        self._epoll.register(connection.fileno(), select.EPOLLIN)
        return member

    def _upgraded(self, path: str) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self._port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(_UPGRADE.format(path=path).encode())
        while b"\r\n\r\n" not in connection.recv(4096):
            pass
        return connection

    def _answer_pings(self, connection: socket.socket) -> None:
        with suppress(BlockingIOError):
            frame = connection.recv(4096, socket.MSG_DONTWAIT)
            if frame[:1] == b"\x89":
                connection.sendall(b"\x8a" + bytes((0x80 | frame[1],)) + bytes(4) + frame[2 : 2 + frame[1]])

    def _receive(self, descriptor: int) -> None:
        member = self.members.get(descriptor)
        if member is None:
            return
        try:
            data = member.socket.recv(_READ)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._lose(descriptor)
            return
        data = member.rest + data
        position = 0
        if not member.greeted:
            end = data.find(b"\r\n\r\n")
            if end < 0:
                member.rest = data
                return
            member.greeted = True
            position = end + 4
        member.rest = self._frames(member, data, position)

    def _frames(self, member: Member, data: bytes, position: int) -> bytes:
        """Count the whole frames of the data; return the rest."""
        end, last, first_seq = len(data), -1, member.last_seq + 1
        while end - position >= 2:
            length, header = data[position + 1], 2
            if length == 126:
                length, header = int.from_bytes(data[position + 2 : position + 4], "big"), 4
            elif length == 127:
                length, header = int.from_bytes(data[position + 2 : position + 10], "big"), 10
            start = position + header
            if start + length > end:
                break
            if data[position] == 0x81 and not member.present_ns:
                member.present_ns = time.monotonic_ns()
            if data[position] == 0x81 and (found := _SEQ.search(data, start, start + min(length, 160))):
                self._count(member, int(found[1]))
                last = start
            elif data[position] == 0x88:
                code = int.from_bytes(data[start : start + 2], "big")
                member.farewell = f"{code} {data[start + 2 : start + length].decode(errors='replace')}"
            elif data[position] == 0x89:
                member.socket.send(b"\x8a" + bytes((0x80 | length,)) + bytes(4) + data[start : start + length])
            position = start + length
        if last >= 0:
            self._note_times(member, data, last)
            self._note_latest(member, first_seq)
        return data[position:]

    def _note_times(self, member: Member, data: bytes, last: int) -> None:
        """Record how long the last of the events took that came at once."""
        self.last_event_ns = time.monotonic_ns()
        sent = self._sent_at.search(data, last, last + 400)
        if sent and int(sent[1]) >= self.count_from_ns:
            self.latencies_ns.append(self.last_event_ns - int(sent[1]))
        if sent and self._sent_ns and self._base is None and (found := _NUMBER.search(data, last, last + 400)):
            self._base = member.last_seq - int(found[1])

    def _note_latest(self, member: Member, first_seq: int) -> None:
        """Record how late the first of the events was that came at once and were sent while the member was connected."""
        if self._base is None:
            return
        there = bisect_left(self._sent_ns, max(member.present_ns, self.count_from_ns))
        n = max(there, first_seq - self._base - 1)
        if n < member.last_seq - self._base:
            self.latest_ns = max(self.latest_ns, self.last_event_ns - self._sent_ns[n])

    def _count(self, member: Member, seq: int) -> None:
        if member.last_seq and seq != member.last_seq + 1:
            member.misses += 1
        member.last_seq = seq
        member.received += 1
        self.events += 1

    def _lose(self, descriptor: int) -> None:
        member = self.members.pop(descriptor)
        self.lost[member.farewell] += 1
        self._epoll.unregister(descriptor)
        member.socket.close()
