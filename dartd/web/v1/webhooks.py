"""`/api/v1/webhooks`: addresses that events are posted to, and the deliveries to them."""

import secrets
from dataclasses import replace
from typing import Any, get_args

import msgspec
import sqlalchemy as sa

from dartd.destination import DestinationRefusedError, UnresolvedError, destination_of, resolve
from dartd.store.entity import Row
from dartd.store.timestamps import timestamp_of
from dartd.store.webhooks import ROTATION_S, get_delivery, list_deliveries, new_salt, status_of
from dartd.store.webhooks import WEBHOOKS as STORED
from dartd.web.http.cached import cached, key_of
from dartd.web.http.endpoint import Answer, Call, Endpoint
from dartd.web.http.entity_resource import EntityResource, Rights
from dartd.web.http.fields import Fields
from dartd.web.http.paging import listed, missing, page_request
from dartd.web.http.problems import Problem
from dartd.web.services import Services
from schemas.api.answers import Listed
from schemas.api.webhooks import (
    CreatedWebhook,
    DeliveriesQuery,
    Delivery,
    NewWebhook,
    QueuedDelivery,
    Webhook,
    WebhookChange,
    WebhookSecret,
    WebhooksQuery,
)
from schemas.codec import encode_json
from schemas.events import JournalledEvent

EVENT_TYPES = frozenset(str(event.__struct_config__.tag) for event in get_args(JournalledEvent))
TEST_TYPE = "webhook_test"


async def check_given(call: Call, given: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a webhook as they are stored, once its address and event types are checked.

    Raises:
        Problem: 422.
    """
    if unknown := sorted(set(given.get("events", ())) - EVENT_TYPES - {"*"}):
        raise Problem(
            422,
            "VALIDATION_ERROR",
            f"events: there is no event {unknown[0]!r}",
            details={"field": "$.events", "allowed": sorted(EVENT_TYPES)},
        )
    if "url" in given:
        await _check_address(call, given["url"])
    last_seq = call.services.hub.last_seq
    if call.endpoint.method == "POST":
        return {**given, "salt": new_salt(), "position": last_seq, "failing": False}
    row = await call.read(lambda c: STORED.get(c, call.path("webhook_id")))
    if given.get("is_active") and row is not None and not row.is_active:
        return {**given, "position": last_seq, "failing": False}  # events from while it was disabled are not wanted
    return given


async def _check_address(call: Call, url: str) -> None:
    try:
        to = destination_of(url)
        await resolve(to.host, to.port, allow_private=call.services.webhooks.allow_private)
    except UnresolvedError:
        return  # the receiver may be set up later; each delivery resolves it again
    except DestinationRefusedError as error:
        raise Problem(422, "VALIDATION_ERROR", f"url: {error.message}", details={"field": "$.url"}) from error


async def list_webhooks(call: Call) -> Listed[Webhook]:
    """Return a page of webhooks."""
    return await webhooks_page(call.services, call.query)


async def webhooks_page(services: Services, asked: WebhooksQuery) -> Listed[Webhook]:
    """Return a page of webhooks, from the cache unless one has changed."""

    async def compute() -> Listed[Webhook]:
        where = {"is_active": asked.is_active}
        page = await services.database.query(lambda c: STORED.page(c, page_request(asked), where))
        return listed(page, asked, lambda row: WEBHOOKS.fields.answer_of(services, row))

    answer: Listed[Webhook] = await cached(services.results, key_of("webhooks_list", asked), compute)
    return answer


async def post_webhook(call: Call) -> Answer:
    """Create a webhook; its secret is shown only here."""
    answer = await WEBHOOKS.create(call)
    webhook_id = str(answer.entity_id)
    row = await call.read(lambda c: STORED.get(c, webhook_id))
    if row is None:  # deleted in the meantime
        raise missing("webhook", webhook_id)
    return replace(answer, value=CreatedWebhook(secret=call.services.webhooks.secret_of(row.salt), **msgspec.structs.asdict(answer.value)))


async def rotate_secret(call: Call) -> Answer:
    """Give a webhook a new secret; for a day deliveries are signed with the old one as well."""
    webhook_id, salt, now_s = call.path("webhook_id"), new_salt(), call.services.accounts.now()

    def rotate(connection: sa.Connection) -> Answer:
        before = STORED.get(connection, webhook_id)
        if before is None:
            raise missing("webhook", webhook_id)
        changes = {"salt": salt, "previous_salt": before.salt, "rotated_at_s": now_s}
        answer = WEBHOOKS.checked(call, STORED.update(connection, webhook_id, changes, at_s=now_s))
        value = WebhookSecret(
            webhook_id=webhook_id, secret=call.services.webhooks.secret_of(salt), previous_until=timestamp_of(now_s + ROTATION_S)
        )
        return replace(answer, value=value, payload=answer.value)

    return await WEBHOOKS.commit(call, rotate, webhook_id)


async def test_webhook(call: Call) -> QueuedDelivery:
    """Post a test event to a webhook."""
    webhook = await WEBHOOKS.visible(call)
    delivery_id = f"{webhook.webhook_id}.test_{secrets.token_hex(8)}"
    body = encode_json({"event_type": TEST_TYPE, "timestamp": call.services.timestamp(), "webhook_id": webhook.webhook_id})
    call.services.webhooks.enqueue(webhook.webhook_id, delivery_id, TEST_TYPE, body)
    await call.change(lambda _: None, webhook.webhook_id)
    return QueuedDelivery(delivery_id=delivery_id)


async def get_deliveries(call: Call) -> Listed[Delivery]:
    """Return a page of the deliveries of a webhook."""
    webhook, asked = await WEBHOOKS.visible(call), call.query
    page = await call.read(
        lambda c: list_deliveries(c, page_request(asked), webhook.webhook_id, status=asked.status, event_type=asked.event_type)
    )
    return listed(page, asked, lambda row: _DELIVERY.answer_of(call.services, row))


async def redeliver(call: Call) -> QueuedDelivery:
    """Post the event of a delivery again, with the same id and body."""
    delivery_id = call.path("delivery_id")
    row: Row = await call.read(lambda c: get_delivery(c, delivery_id))
    if row is None:
        raise missing("delivery", delivery_id)
    if row.status == "pending":
        raise Problem(409, "STATE_CONFLICT", "it is being delivered", details={"status": row.status})
    found = [] if row.seq is None else await call.services.journal.read(row.seq - 1, 1)
    if not found or found[0][0] != row.seq:
        raise Problem(409, "STATE_CONFLICT", "the event of this delivery is no longer stored", details={"delivery_id": delivery_id})
    call.services.webhooks.enqueue(row.webhook_id, delivery_id, row.event_type, found[0][2], row.seq)
    await call.change(lambda _: None, row.webhook_id)
    return QueuedDelivery(delivery_id=delivery_id)


WEBHOOKS: EntityResource[NewWebhook, Webhook] = EntityResource(
    entity=STORED,
    path="/api/v1/webhooks",
    tag="webhooks",
    rights=Rights.of("webhooks"),
    query=WebhooksQuery,
    new=NewWebhook,
    change=WebhookChange,
    answer=Webhook,
    examples=(
        NewWebhook(name="Score to chat", url="https://hooks.example.com/darts", events=("dart_hit",)),
        WebhookChange(is_active=False),
    ),
    id_prefix="wh_",
    prepare=check_given,
    computed={"status": lambda _, row: status_of(row)},
    written=lambda call: call.services.webhooks.changed(call.request.path_params.get("webhook_id")),
    summaries={"create": "Add a webhook; its secret is shown only once"},
)
_DELIVERY = Fields(sa.Table("webhook_deliveries", STORED.table.metadata), Delivery, {}, {})

_LIST, _CREATE, *_OTHERS = WEBHOOKS.endpoints(create=post_webhook, list=list_webhooks)


def _action(path: str, handler: Any, summary: str, answer: type, **more: Any) -> Endpoint:
    return Endpoint(
        method="POST",
        path=path,
        handler=handler,
        summary=summary,
        permission=WEBHOOKS.rights.write,
        rate="default",
        tag=WEBHOOKS.tag,
        entity="webhook",
        answer=answer,
        **more,
    )


ENDPOINTS = [
    _LIST,
    replace(_CREATE, answer=CreatedWebhook, secret=True),
    *_OTHERS,
    _action(
        f"{WEBHOOKS.one}/rotate-secret",
        rotate_secret,
        "Give a webhook a new secret, shown only once; the old one is valid for a day",
        WebhookSecret,
        secret=True,
        publishes=True,
        action="update",
    ),
    _action(
        f"{WEBHOOKS.one}/test",
        test_webhook,
        "Post a test event",
        QueuedDelivery,
        status=202,
        no_event_reason="nothing is changed",
    ),
    Endpoint(
        method="GET",
        path=f"{WEBHOOKS.one}/deliveries",
        handler=get_deliveries,
        summary="The deliveries of a webhook, a page of them",
        permission=WEBHOOKS.rights.read,
        rate="default",
        tag=WEBHOOKS.tag,
        query=DeliveriesQuery,
        answer=Listed[Delivery],
    ),
    _action(
        f"{WEBHOOKS.path}/deliveries/{{delivery_id}}/redeliver",
        redeliver,
        "Post the event of a delivery again",
        QueuedDelivery,
        status=202,
        no_event_reason="no entity is changed",
    ),
]
