"""Signatures of deliveries, as in the specification of Standard Webhooks (standardwebhooks.com); pure."""

import base64
import hashlib
import hmac
from collections.abc import Sequence

PREFIX = "whsec_"


def secret_of(master: str, salt: str) -> str:
    """Return the secret of a webhook: made from the daemon's own secret and the webhook's salt, so that no table contains it."""
    digest = hmac.digest(master.encode(), f"webhook {salt}".encode(), hashlib.sha256)
    return PREFIX + base64.b64encode(digest).decode()


def signed_headers(secrets: Sequence[str], delivery_id: str, sent_s: int, body: bytes) -> dict[str, str]:
    """Return the headers of a delivery, with a signature for each secret; `sent_s` is in seconds since 1970."""
    content = f"{delivery_id}.{sent_s}.".encode() + body
    signatures = [_signature(secret, content) for secret in secrets]
    return {"webhook-id": delivery_id, "webhook-timestamp": str(sent_s), "webhook-signature": " ".join(signatures)}


def _signature(secret: str, content: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return "v1," + base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
