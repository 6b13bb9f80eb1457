"""The stream of JetStream that has the events of all boards: created or checked, and what it has last of a subject."""

import base64
import json
import re
from typing import Any, Final, NamedTuple

from dartd.config import NatsConfig
from dartd.outlets.nats.connection import TIMEOUT_S, LinkError, NatsLink
from dartd.outlets.nats.subjects import ALL, JournalPosition, position_of, venue_subject
from schemas.codec import encode_json

_HEARTBEAT_S: Final = 2.0  # two that are missing begin a consumer anew, from the message after the last
_NOT_FOUND: Final = 10059  # err_code of the API of JetStream
_EXISTS: Final = 10058
_DAY_NS: Final = 86_400 * 10**9
_DUPLICATES_NS: Final = 120 * 10**9
_OLDEST: Final = (2, 12)  # the first version with batches that are stored together
_HEADER_BYTES: Final = 1024  # of a message at most: three names of 100 characters, ids and the names of the headers
_SMALLEST: Final = 64 * 1024  # that a message may be: a report has 2 to 8 KiB, a match with all its legs 10 to 30


class StreamError(LinkError):
    """The stream cannot be used as it is; the message says how to change it."""


class StreamFigures(NamedTuple):
    """A stream: when it was created, the numbers of its first and last message, and the size of an event that it just takes."""

    created: str
    first: int
    last: int
    largest_bytes: int


class LastMessage(NamedTuple):
    """The last message of a board: its number in the stream, its subject, and the position that it carries."""

    number: int
    subject: str
    position: JournalPosition | None


async def ensure_stream(link: NatsLink, settings: NatsConfig) -> StreamFigures:
    """Create the stream unless it exists, check that it can be used, and return its figures.

    Raises:
        StreamError: it cannot be created or used, or the server is too old.
        LinkError: the server did not answer.
    """
    _check_version(str(link.client.connected_server_version))
    found = await _ask(link, f"STREAM.INFO.{settings.stream}", {})
    if found.get("error", {}).get("err_code") == _NOT_FOUND:
        found = await _ask(link, f"STREAM.CREATE.{settings.stream}", _wanted(settings))
        if found.get("error", {}).get("err_code") == _EXISTS:  # by another board at the same time
            found = await _ask(link, f"STREAM.INFO.{settings.stream}", {})
    if "error" in found:
        raise StreamError(f"the stream {settings.stream} cannot be used: {found['error'].get('description')}")
    _check(settings, found["config"])
    state = found["state"]
    return StreamFigures(
        str(found["created"]), int(state["first_seq"]), int(state["last_seq"]), _largest(int(link.client.max_payload), found["config"])
    )


async def last_of_board(link: NatsLink, stream: str, subject: str) -> LastMessage | None:
    """Return the last message on a subject, which may have wildcards; None if there is none. It is read from the leader, never stale.

    Raises:
        LinkError: the server did not answer.
    """
    found = await _ask(link, f"STREAM.MSG.GET.{stream}", {"last_by_subj": subject})
    if "error" in found:
        if int(found["error"].get("code", 0)) == 404:
            return None
        raise LinkError(f"the stream {stream} cannot be read: {found['error'].get('description')}")
    message = found["message"]
    return LastMessage(int(message["seq"]), str(message["subject"]), position_of(_headers(message.get("hdrs", ""))))


async def subscribe(link: NatsLink, stream: str, subject: str, config: Any, callback: Any = None) -> Any:
    """Create an ordered consumer with a `ConsumerConfig`; without a callback its messages are asked for.

    Raises:
        LinkError: the server did not answer, or refuses.
    """
    import nats.errors  # noqa: PLC0415 - an extra, which is missing where it is not used

    try:
        return await link.client.jetstream(timeout=TIMEOUT_S).subscribe(
            subject, stream=stream, ordered_consumer=True, config=config, cb=callback, idle_heartbeat=_HEARTBEAT_S
        )
    except (nats.errors.Error, TimeoutError) as error:
        raise LinkError(f"{subject} cannot be received: {error}") from None


async def erase(link: NatsLink, stream: str, subject: str) -> int:
    """Remove all messages on a subject, which may have wildcards; return how many there were.

    Raises:
        LinkError: the server did not answer, or refuses.
    """
    answer = await _ask(link, f"STREAM.PURGE.{stream}", {"filter": subject})
    if "error" in answer:
        raise LinkError(f"the stream {stream} refuses to erase {subject}: {answer['error'].get('description')}")
    return int(answer["purged"])


async def _ask(link: NatsLink, name: str, body: dict[str, Any]) -> dict[str, Any]:
    try:
        answer = await link.request(f"$JS.API.{name}", encode_json(body))
    except LinkError as error:
        if error.details.get("no_responders"):
            raise StreamError("JetStream is not enabled on the server, or not for this account: start nats-server with -js") from None
        raise
    found: dict[str, Any] = json.loads(answer)
    return found


def _headers(encoded: str) -> dict[str, str]:
    lines = base64.b64decode(encoded).decode(errors="replace").split("\r\n")[1:]
    return {name: value.strip() for name, colon, value in (line.partition(":") for line in lines) if colon}


def _wanted(settings: NatsConfig) -> dict[str, Any]:
    return {
        "name": settings.stream,
        "subjects": [ALL],
        "retention": "limits",
        "storage": "file",
        "discard": "old",
        "max_age": int(settings.keep_days * _DAY_NS),
        "duplicate_window": _DUPLICATES_NS,
        "allow_rollup_hdrs": True,
        "allow_atomic": True,
        "allow_direct": True,
    }


def _check_version(version: str) -> None:
    found = re.search(r"v?(\d+)\.(\d+)", version)
    if found is not None and (int(found[1]), int(found[2])) < _OLDEST:
        raise StreamError(f"the server of NATS is of version {found[0]}: dartd needs 2.12 or later")


def _largest(max_payload: int, config: dict[str, Any]) -> int:
    """Return the size of the largest event that server and stream take.

    Raises:
        StreamError: they take less than what each board publishes.
    """
    limits = {"max_payload of the server": max_payload, "max_msg_size of the stream": int(config.get("max_msg_size") or -1)}
    name, limit = min(((name, limit) for name, limit in limits.items() if limit > 0), key=lambda pair: pair[1])
    if limit < _SMALLEST:
        raise StreamError(f"the {name} is {limit} bytes: dartd needs {_SMALLEST} at least")
    return limit - _HEADER_BYTES


def _check(settings: NatsConfig, config: dict[str, Any]) -> None:
    """Check the settings of a stream that exists.

    Raises:
        StreamError: one of them does not fit; the message says which.
    """
    name, problems = settings.stream, []
    if not {ALL, ">", venue_subject(settings.venue)} & set(config.get("subjects") or ()):
        problems.append(f"its subjects lack {ALL}: nats stream edit {name} --subjects '{ALL}'")
    if config.get("retention") != "limits":
        problems.append("its retention is not limits: create it anew")
    if int(config.get("max_msgs_per_subject") or -1) > 0:
        problems.append(f"it limits the messages of a subject: nats stream edit {name} --max-msgs-per-subject=-1")
    if config.get("sealed") or config.get("mirror"):
        problems.append("it cannot be written: it is sealed or a mirror")
    if config.get("deny_purge"):
        problems.append("players cannot be erased from it (deny_purge): create it anew")
    for key, option in (("allow_rollup_hdrs", "--allow-rollup"), ("allow_atomic", "--allow-batch"), ("allow_direct", "--allow-direct")):
        if not config.get(key):
            problems.append(f"{key} is off: nats stream edit {name} {option}")
    if problems:
        raise StreamError(f"the stream {name} cannot be used: {'; '.join(problems)}")
