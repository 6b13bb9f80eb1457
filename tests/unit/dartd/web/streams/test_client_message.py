"""What clients say, and how it is understood."""

import contextlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dartd.web.streams.client_message import Authenticate, BadMessageError, Ping, Resume, Subscribe, Unsubscribe, read_client_message
from schemas.commands import CorrectDart, ResetBoard


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"action": "ping"}', Ping()),
        ('{"type": "ping", "id": 7}', Ping()),
        ('{"action": "subscribe", "topic": "a"}', Subscribe(topics=("a",))),
        ('{"action": "subscribe", "topics": ["a", "b"], "channels": ["c"]}', Subscribe(topics=("a", "b", "c"))),
        ('{"type": "subscribe", "channel": "a"}', Subscribe(topics=("a",))),
        ('{"action": "unsubscribe", "topics": ["board:*"]}', Unsubscribe(topics=("board:*",))),
        ('{"action": "resume", "since": 0}', Resume(since=0)),
        ('{"action": "resume", "seq": 4, "stream_id": "s"}', Resume(since=4, stream_id="s")),
        ('{"type": "resume", "last_seq": 4}', Resume(since=4)),
        ('{"action": "auth", "token": "t"}', Authenticate(token="t")),  # noqa: S106  a test's
        ('{"action": "reset"}', ResetBoard()),
        ('{"type": "correct", "operation": "delete", "dart_number": 2}', CorrectDart(operation="delete", dart_number=2)),
    ],
)
def test_messages_are_understood(text: str, expected: msgspec.Struct) -> None:
    """`action` or `type`, one topic or many."""
    assert read_client_message(text) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "INVALID_JSON"),
        ("{", "INVALID_JSON"),
        ("[" * 100_000, "INVALID_JSON"),
        ("null", "VALIDATION_ERROR"),
        ("{}", "VALIDATION_ERROR"),
        ('{"action": 7}', "VALIDATION_ERROR"),
        ('{"action": "subscribe"}', "VALIDATION_ERROR"),
        ('{"action": "subscribe", "topics": [1]}', "VALIDATION_ERROR"),
        ('{"action": "resume"}', "VALIDATION_ERROR"),
        ('{"action": "resume", "since": "4"}', "VALIDATION_ERROR"),
        ('{"action": "auth"}', "VALIDATION_ERROR"),
        ('{"action": "correct", "operation": "bend"}', "VALIDATION_ERROR"),
        ('{"action": "reset", "colour": "red"}', "VALIDATION_ERROR"),
        ('{"action": "fly"}', "UNKNOWN_ACTION"),
    ],
)
def test_what_is_not_understood_is_said_so(text: str, code: str) -> None:
    """Each way of being wrong has its code."""
    with pytest.raises(BadMessageError) as caught:
        read_client_message(text)

    assert caught.value.code == code


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["action", "type", "topics", "since", "token"]), inner),
    max_leaves=8,
)


@given(value=_JSON)
def test_nothing_else_is_ever_raised(value: object) -> None:
    """Whatever JSON comes, it is understood or refused."""
    with contextlib.suppress(BadMessageError):
        read_client_message(msgspec.json.encode(value).decode())
