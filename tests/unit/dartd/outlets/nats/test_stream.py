"""The checks of a stream; tests/integration/test_venue.py has a real one."""

from typing import Any

import pytest

from dartd.config import NatsConfig
from dartd.outlets.nats.stream import StreamError, _check, _check_version, _largest, _wanted

_SETTINGS = NatsConfig(url="nats://x", keep_days=2)


def test_what_dartd_creates_is_what_it_wants() -> None:
    """A stream of ours must pass our own check, and keep events as long as configured."""
    _check(_SETTINGS, _wanted(_SETTINGS))

    assert _wanted(_SETTINGS)["max_age"] == 2 * 86_400 * 10**9


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"subjects": ["other.>"]}, "nats stream edit DARTD --subjects"),
        ({"retention": "workqueue"}, "retention is not limits"),
        ({"max_msgs_per_subject": 5}, "max-msgs-per-subject"),
        ({"sealed": True}, "sealed"),
        ({"deny_purge": True}, "deny_purge"),
        ({"allow_atomic": False}, "--allow-batch"),
        ({"allow_rollup_hdrs": False}, "--allow-rollup"),
    ],
)
def test_a_stream_that_would_lose_events_is_refused(changed: dict[str, Any], reason: str) -> None:
    """The message must say how to change it."""
    with pytest.raises(StreamError, match=reason):
        _check(_SETTINGS, {**_wanted(_SETTINGS), **changed})


def test_old_servers_are_refused() -> None:
    """Batches that are stored together came with 2.12."""
    _check_version("v2.12.1")

    with pytest.raises(StreamError, match="later"):
        _check_version("<nats server v2.9.10>")


def test_the_smaller_limit_counts() -> None:
    """That of the server or that of the stream, less the headers; one that no report fits into must be refused."""
    assert _largest(1 << 20, {}) == (1 << 20) - 1024
    assert _largest(1 << 20, {"max_msg_size": 100_000}) == 100_000 - 1024
    with pytest.raises(StreamError, match="max_payload of the server is 1000 bytes"):
        _largest(1000, {"max_msg_size": -1})
