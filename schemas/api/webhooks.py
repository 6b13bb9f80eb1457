"""Webhooks: addresses that events are posted to."""

from typing import Annotated, Literal

from msgspec import Meta

from schemas.api.answers import Id, ListQuery, Text
from schemas.api.changes import changes_of
from schemas.base import Value

Url = Annotated[str, Meta(min_length=10, max_length=2048, pattern=r"^https?://[!-~]+\Z", description="an http or https address")]
EventType = Annotated[str, Meta(pattern=r"^(\*|[A-Za-z_]{1,64})\Z", description="the type of an event, or * for all that are journalled")]
WebhookStatus = Literal["operational", "failing", "disabled"]
DeliveryStatus = Literal["pending", "delivered", "failed"]


class RetryPolicy(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """How often a delivery is tried again, and after how many seconds: `backoff_base` to the power of the try, at most `max_backoff`."""

    max_retries: Annotated[int, Meta(ge=0, le=100)] = 3
    backoff_base: Annotated[float, Meta(ge=1, le=60)] = 2.0
    max_backoff: Annotated[float, Meta(ge=1, le=86_400)] = 3600.0


class NewWebhook(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A new webhook."""

    webhook_id: Id | None = None
    name: Text
    url: Url
    description: Annotated[str, Meta(max_length=500)] = ""
    events: Annotated[tuple[EventType, ...], Meta(min_length=1, max_length=64)] = ("*",)
    is_active: bool = True
    retry_policy: RetryPolicy = RetryPolicy()
    timeout_seconds: Annotated[float, Meta(ge=0.1, le=60)] = 30.0
    ssl_verify: bool = True


WebhookChange = changes_of(NewWebhook, "WebhookChange", fixed={"webhook_id"})


class Webhook(NewWebhook, frozen=True, kw_only=True):
    """A webhook; `failing`: its last delivery was not taken."""

    webhook_id: str
    created_at: str
    updated_at: str
    last_used_at: str | None
    status: WebhookStatus


class CreatedWebhook(Webhook, frozen=True, kw_only=True):
    """A new webhook and the secret of its signatures, which is shown only once."""

    secret: str


class WebhookSecret(Value, frozen=True, kw_only=True):
    """The new secret of a webhook; deliveries are signed with the one before as well until `previous_until`."""

    webhook_id: str
    secret: str
    previous_until: str


class WebhooksQuery(ListQuery, frozen=True, kw_only=True):
    """Filters and sort order of webhooks."""

    sort: Literal["name", "-name", "created_at", "-created_at", "updated_at", "-updated_at"] = "name"
    is_active: bool | None = None


class Delivery(Value, frozen=True, kw_only=True):
    """The delivery of one event; `seq` is that of the event, null for a test. `attempts` counts the requests so far."""

    delivery_id: str
    webhook_id: str
    event_type: str
    seq: int | None
    status: DeliveryStatus
    attempts: int
    last_status_code: int | None
    last_error: str | None
    next_attempt_at: str | None
    created_at: str
    delivered_at: str | None
    duration_ms: float | None


class DeliveriesQuery(ListQuery, frozen=True, kw_only=True):
    """Filters and sort order of deliveries."""

    sort: Literal["created_at", "-created_at"] = "-created_at"
    status: DeliveryStatus | None = None
    event_type: EventType | None = None


class QueuedDelivery(Value, frozen=True, kw_only=True):
    """A delivery that was queued by hand."""

    delivery_id: str
