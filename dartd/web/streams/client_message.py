"""Messages from WebSocket clients and their decoding."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from dartd.errors import DartdError
from dartd.runtime.hub.topics import check_topic
from dartd.web.http.validation import field_of
from schemas.api.answers import UNSEEN
from schemas.base import Value
from schemas.codec import UNREADABLE, decode_command, encode_json
from schemas.commands import BoardCommand

_Seq = Annotated[int, Meta(ge=0)]
_Topics = str | list[str]

_COMMANDS = frozenset({"reset", "start", "stop", "calibrate", "correct"})


class BadMessageError(DartdError):
    """A client message is not valid; `code` is the error code."""

    def __init__(self, code: str, message: str, **details: Any) -> None:
        super().__init__(message, **details)
        self.code = code


class Ping(Value, frozen=True, kw_only=True):
    """Request a `pong`."""


class Subscribe(Value, frozen=True, kw_only=True):
    """Subscribe to more topics."""

    topics: tuple[str, ...]


class Unsubscribe(Value, frozen=True, kw_only=True):
    """Unsubscribe from topics."""

    topics: tuple[str, ...]


class Resume(Value, frozen=True, kw_only=True):
    """Request all events after this seq (of this stream)."""

    since: int
    stream_id: str | None = None


class Authenticate(Value, frozen=True, kw_only=True):
    """Authenticate the connection."""

    token: str


class SetPresence(Value, frozen=True, kw_only=True):
    """Publish that this client watches a topic, under this name; without a name: withdraw it."""

    topic: str
    name: Annotated[str, Meta(max_length=64, pattern=rf"^[^{UNSEEN}]*\Z")] = ""


ClientMessage = SetPresence | Ping | Subscribe | Unsubscribe | Resume | Authenticate | BoardCommand


class _TopicFields(Value, frozen=True, kw_only=True):
    topic: _Topics = ()  # type: ignore[assignment]  # an empty tuple as immutable default
    topics: _Topics = ()  # type: ignore[assignment]  # the same
    channel: _Topics = ()  # type: ignore[assignment]  # the same
    channels: _Topics = ()  # type: ignore[assignment]  # the same


class _Position(Value, frozen=True, kw_only=True):
    since: _Seq | None = None
    seq: _Seq | None = None
    last_seq: _Seq | None = None
    stream_id: str | None = None


def read_client_message(text: str) -> ClientMessage:
    """Decode a client message: a JSON object with `action` (or `type`).

    Raises:
        BadMessageError: it is not a JSON object, has no action or an unknown one, or its fields are not valid.
    """
    try:
        fields = msgspec.json.decode(text)
    except UNREADABLE as error:
        raise BadMessageError("INVALID_JSON", f"the message is not JSON: {error}") from error
    if not isinstance(fields, dict):
        raise BadMessageError("VALIDATION_ERROR", 'the message is not a JSON object: send {"action": …}')
    action = fields.get("action", fields.get("type"))
    if not isinstance(action, str):
        raise BadMessageError("VALIDATION_ERROR", 'the message has no action: send {"action": …}', field="$.action")
    try:
        return _parse(action, fields)
    except msgspec.DecodeError as error:
        message, field = field_of(error) if isinstance(error, msgspec.ValidationError) else (str(error), "$")
        raise BadMessageError("VALIDATION_ERROR", message, field=field, action=action[:40]) from error


def _parse(action: str, fields: dict[str, Any]) -> ClientMessage:  # noqa: PLR0911  one case for each action
    match action:
        case "ping":
            return Ping()
        case "subscribe":
            return Subscribe(topics=_topics(fields))
        case "unsubscribe":
            return Unsubscribe(topics=_topics(fields))
        case "resume":
            return _resume(fields)
        case "presence":
            appear = msgspec.convert(fields, SetPresence)
            return SetPresence(topic=check_topic(appear.topic), name=appear.name.strip())
        case "auth" | "authenticate":
            return msgspec.convert(fields, Authenticate)
        case command if command in _COMMANDS:
            body = {key: value for key, value in fields.items() if key not in {"action", "type"}}
            return decode_command(encode_json({"action": command, **body}))
        case _:
            known = sorted({"ping", "subscribe", "unsubscribe", "resume", "presence", "auth", *_COMMANDS})
            raise BadMessageError(
                "UNKNOWN_ACTION", f"{action[:40]!r} is not an action: expected one of {', '.join(known)}", action=action[:40]
            )


def _topics(fields: dict[str, Any]) -> tuple[str, ...]:
    asked = msgspec.convert(fields, _TopicFields)
    found: list[str] = []
    for named in (asked.topic, asked.topics, asked.channel, asked.channels):
        found += [named] if isinstance(named, str) else named
    if not found:
        raise BadMessageError("VALIDATION_ERROR", "the message has no topic", field="$.topics")
    return tuple(found)


def _resume(fields: dict[str, Any]) -> Resume:
    position = msgspec.convert(fields, _Position)
    since = next((seq for seq in (position.since, position.seq, position.last_seq) if seq is not None), None)
    if since is None:
        raise BadMessageError("VALIDATION_ERROR", "resume needs since, the last seq received", field="$.since")
    return Resume(since=since, stream_id=position.stream_id)
