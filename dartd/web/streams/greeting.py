"""How a listener is let into the stream: hello, then where it goes on. WebSocket and event stream say the same."""

import random

from dartd.runtime.hub.hub import GapError
from dartd.runtime.hub.subscription import Subscription
from dartd.runtime.hub.topics import DEFAULT_TOPICS, Interest, TopicError
from dartd.web.services import Services
from schemas.events import ErrorMessage, Gap, Hello

_RETRY_FIRST_MS = 500
_RETRY_EACH_MS = 2  # so that a thousand clients come back over two seconds, not in one moment
_RETRY_MAX_MS = 10_000
_MAX_SEQ_DIGITS = 19


def retry_ms(connected: int) -> int:
    """Say how long a client should wait before it comes back: chance, over a time that grows with the number of clients."""
    spread_ms = min(_RETRY_MAX_MS, connected * _RETRY_EACH_MS)
    return _RETRY_FIRST_MS + random.randrange(spread_ms + _RETRY_FIRST_MS)  # noqa: S311  it spreads clients, it hides nothing


def hello(services: Services, client_id: str) -> Hello:
    """Introduce ourselves to a client."""
    return Hello(
        version=services.version,
        stream_id=services.board.stream_id,
        board_id=services.config.board.board_id,
        simulated=services.simulated,
        last_seq=services.hub.last_seq,
        client_id=client_id,
        retry_ms=retry_ms(services.clients.connected),
    )


async def greet(services: Services, subscription: Subscription, since: int | None, stream_id: str | None, client_id: str) -> list[bytes]:
    """Give the first messages: hello and snapshot, or hello, gap and snapshot when it cannot go on where it was."""
    first = services.wire(hello(services, client_id))
    try:
        if since is not None:
            check_stream(services, since, stream_id)
            await services.hub.check_reachable(since)
    except GapError as gap:
        return [first, *gap_and_snapshot(services, subscription, gap)]
    snapshot = services.board.snapshot()
    if since is None:
        subscription.seek(snapshot.last_seq)
    return [first, services.wire(snapshot)]


def gap_and_snapshot(services: Services, subscription: Subscription, gap: GapError) -> list[bytes]:
    """Give both messages, and go on behind the snapshot."""
    snapshot = services.board.snapshot()
    subscription.seek(snapshot.last_seq)
    told = Gap(requested=gap.requested, oldest=gap.oldest, last_seq=gap.last_seq, reason=gap.reason)
    return [services.wire(told), services.wire(snapshot)]


def check_stream(services: Services, since: int, stream_id: str | None) -> None:
    """See that a place is one of our stream.

    Raises:
        GapError: it is of another.
    """
    if stream_id not in {None, services.board.stream_id}:
        hub = services.hub
        raise GapError("other_stream", requested=since, oldest=hub.oldest_known, last_seq=hub.last_seq)


def asked_topics(text: str | None, complaints: list[ErrorMessage]) -> tuple[str, ...]:
    """Read a list of topics; what is none is complained about, and the default stands."""
    try:
        return tuple(Interest(text.split(",")).patterns) if text else DEFAULT_TOPICS
    except TopicError as error:
        complaints.append(ErrorMessage(code=error.code, message=error.message, details={**error.details, "field": "topics"}))
        return DEFAULT_TOPICS


def asked_since(text: str | None, complaints: list[ErrorMessage]) -> int | None:
    """Read the place where a client goes on; what is none is complained about."""
    if text is None:
        return None
    if text.isascii() and text.isdecimal() and len(text) < _MAX_SEQ_DIGITS:
        return int(text)
    complaints.append(ErrorMessage(code="VALIDATION_ERROR", message="since: expected the last seq seen", details={"field": "since"}))
    return None
