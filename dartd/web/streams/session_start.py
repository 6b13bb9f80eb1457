"""The first messages of a stream, the same for WebSocket and SSE: hello, then gap if necessary, then snapshot."""

import random
from typing import Protocol

from dartd.auth.permissions import TOPIC_PERMISSIONS
from dartd.auth.principal import Principal
from dartd.runtime.hub.hub import GapError, Hub
from dartd.runtime.hub.subscription import Subscription
from dartd.runtime.hub.topics import DEFAULT_TOPICS, Interest, TopicError, canonical, kind_of
from dartd.web.connections.clients import Clients
from schemas.base import BoardId, Event
from schemas.events import ErrorMessage, Gap, Hello, Snapshot

_RETRY_FIRST_MS = 500
_RETRY_EACH_MS = 2  # a thousand clients reconnect spread over two seconds
_RETRY_MAX_MS = 10_000
_MAX_SEQ_DIGITS = 19


class ShownBoard(Protocol):
    """A board that can be shown."""

    @property
    def stream_id(self) -> str:
        """Return the id of the stream that `seq` counts in."""

    def snapshot(self) -> Snapshot:
        """Return the state of the board after the last published event."""


class StreamSource(Protocol):
    """What a stream of one board comes from: the daemon's services, or a board as a relay has it."""

    @property
    def version(self) -> str:
        """Return the version of dartd that runs the board."""

    @property
    def board_id(self) -> BoardId:
        """Return the id of the board."""

    @property
    def simulated(self) -> bool:
        """Return whether any camera is simulated."""

    @property
    def board(self) -> ShownBoard:
        """Return the board."""

    @property
    def hub(self) -> Hub:
        """Return the hub."""

    @property
    def clients(self) -> Clients:
        """Return the connected clients."""

    def encode(self, event: Event) -> bytes:
        """Encode an event that is not journalled."""


def retry_ms(connected: int) -> int:
    """Return the delay after which a client should reconnect: random, within a time that grows with the number of clients."""
    spread_ms = min(_RETRY_MAX_MS, connected * _RETRY_EACH_MS)
    return _RETRY_FIRST_MS + random.randrange(spread_ms + _RETRY_FIRST_MS)  # noqa: S311  not used for security


def hello(services: StreamSource, client_id: str) -> Hello:
    """Return the hello message for a client."""
    return Hello(
        version=services.version,
        stream_id=services.board.stream_id,
        board_id=services.board_id,
        simulated=services.simulated,
        last_seq=services.hub.last_seq,
        client_id=client_id,
        retry_ms=retry_ms(services.clients.connected),
    )


async def opening_messages(
    services: StreamSource, subscription: Subscription, since: int | None, stream_id: str | None, client_id: str
) -> list[bytes]:
    """Return the first messages: hello and snapshot, or hello, gap and snapshot if the stream cannot be resumed after `since`."""
    first = services.encode(hello(services, client_id))
    try:
        if since is not None:
            check_stream(services, since, stream_id)
            await services.hub.check_reachable(since)
    except GapError as gap:
        return [first, *gap_messages(services, subscription, gap)]
    snapshot = services.board.snapshot()
    if since is None:
        subscription.seek(snapshot.last_seq)
    return [first, services.encode(snapshot)]


def gap_messages(services: StreamSource, subscription: Subscription, gap: GapError) -> list[bytes]:
    """Return gap and snapshot, and continue the subscription after the snapshot."""
    snapshot = services.board.snapshot()
    subscription.seek(snapshot.last_seq)
    message = Gap(requested=gap.requested, oldest=gap.oldest, last_seq=gap.last_seq, reason=gap.reason)
    return [services.encode(message), services.encode(snapshot)]


def check_stream(services: StreamSource, since: int, stream_id: str | None) -> None:
    """Check that `since` refers to the current stream.

    Raises:
        GapError: it refers to another stream.
    """
    if stream_id not in {None, services.board.stream_id}:
        hub = services.hub
        raise GapError("other_stream", requested=since, oldest=hub.oldest_known, last_seq=hub.last_seq)


def parse_topics(
    text: str | None, principal: Principal, errors: list[ErrorMessage], default: tuple[str, ...] = DEFAULT_TOPICS
) -> tuple[str, ...]:
    """Parse a comma-separated list of topics; append an error and return the default if it is not valid.

    Topics that do not exist or that the caller may not read are kept, because permissions may change; each has an error as well.
    """
    try:
        topics = tuple(Interest(text.split(",")).patterns) if text else default
    except TopicError as error:
        errors.append(ErrorMessage(code=error.code, message=error.message, details={**error.details, "field": "topics"}))
        return default
    if text or default != DEFAULT_TOPICS:
        errors += [problem for topic in sorted(topics) if (problem := topic_problem(topic, principal)) is not None]
    return topics


def topic_problem(topic: str, principal: Principal) -> ErrorMessage | None:
    """Return the error of a topic that does not exist or that the caller may not read."""
    kind = kind_of(canonical(topic))
    kinds = principal.kinds
    is_partly_allowed = "*" in kind or ("*" in topic and any(each.startswith(f"{kind}:") for each in kinds))
    if is_partly_allowed or kind in kinds or topic in kinds:
        return None
    permission = TOPIC_PERMISSIONS.get(kind)
    if permission is None:
        known = sorted(kinds)
        message = f"there is no topic {topic!r}: expected one of {', '.join(known)}"
        return ErrorMessage(code="VALIDATION_ERROR", message=message, details={"field": "topics", "topic": topic, "allowed": known})
    message = f"{topic!r} needs the permission {permission}" + (": send a token" if principal.is_anonymous else "")
    details = {"field": "topics", "topic": topic, "permission": permission}
    return ErrorMessage(code="AUTH_INSUFFICIENT_PERMISSIONS", message=message, details=details)


def parse_since(text: str | None, errors: list[ErrorMessage]) -> int | None:
    """Parse the last seq received; append an error and return None if it is not valid."""
    if text is None:
        return None
    if text.isascii() and text.isdecimal() and len(text) < _MAX_SEQ_DIGITS:
        return int(text)
    errors.append(ErrorMessage(code="VALIDATION_ERROR", message="since: expected the last seq received", details={"field": "since"}))
    return None
