"""Signatures of deliveries."""

import time

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from dartd.outlets.webhooks.signature import secret_of, signed_headers

BODY = b'{"event_type":"dart_hit"}'


def test_receivers_verify_with_the_package_of_the_specification() -> None:
    """The new and the old secret are accepted, another one and another body are not."""
    new, old, other = (secret_of("master", salt) for salt in ("new", "old", "other"))
    headers = signed_headers([new, old], "wh.s-1", int(time.time()), BODY)

    assert Webhook(new).verify(BODY.decode(), headers) == {"event_type": "dart_hit"}
    assert Webhook(old).verify(BODY.decode(), headers) == {"event_type": "dart_hit"}
    for secret, body in ((other, BODY), (new, BODY + b" ")):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body.decode(), headers)


def test_secrets_depend_on_the_daemon_and_the_webhook() -> None:
    """They cannot be made from what the store contains."""
    assert len({secret_of("a", "s"), secret_of("b", "s"), secret_of("a", "t")}) == 3
    assert secret_of("a", "s") == secret_of("a", "s")
