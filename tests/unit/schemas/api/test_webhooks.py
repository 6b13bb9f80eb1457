"""Webhooks."""

import msgspec
import pytest

from schemas.api.webhooks import NewWebhook, RetryPolicy, WebhookChange

GIVEN = '"name":"a","url":"https://example.com/"'


@pytest.mark.parametrize(
    "rest",
    [
        ',"events":[]',
        ',"events":["dart hit"]',
        ',"events":["*\\n"]',
        ',"url":"https://example.com/a b"',
        ',"retry_policy":{"max_retries":101}',
        ',"timeout_seconds":61',
        ',"secret":"mine"',
    ],
)
def test_new_webhook_is_strict(rest: str) -> None:
    """Nothing out of range and nothing unknown."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(f"{{{GIVEN}{rest}}}", type=NewWebhook)


def test_what_is_left_out_has_its_default() -> None:
    """All events, active, three retries; a change has only what was sent."""
    new = msgspec.json.decode(f"{{{GIVEN}}}", type=NewWebhook)
    change = msgspec.json.decode(b'{"is_active":false}', type=WebhookChange)

    assert (new.events, new.is_active, new.retry_policy) == (("*",), True, RetryPolicy(max_retries=3, backoff_base=2, max_backoff=3600))
    assert msgspec.to_builtins(change) == {"is_active": False}
