"""Webhooks and their deliveries."""

import secrets
from collections.abc import Mapping, Sequence

import msgspec
import sqlalchemy as sa

from dartd.store.entity import Bound, Entity, Row
from dartd.store.listing import Listing, Page, PageRequest
from dartd.store.tables import webhook_deliveries, webhooks
from dartd.store.timestamps import timestamp_of
from schemas.api.webhooks import DeliveryStatus, RetryPolicy, Webhook, WebhookStatus

ROTATION_S = 86_400.0  # for which deliveries are signed with the old secret as well (row N7: "both signatures for a day")


def _delete_deliveries(connection: sa.Connection, before: Row, after: Row) -> None:
    if after is None and before is not None:
        connection.execute(sa.delete(webhook_deliveries).where(webhook_deliveries.c.webhook_id == before.webhook_id))


_AT_MOST = 100  # each has a task, a position in the journal and a connection

WEBHOOKS = Entity("webhook", webhooks, sorts=("name", "created_at", "updated_at"), after_write=_delete_deliveries, bound=Bound(_AT_MOST))

_DELIVERIES = Listing(
    webhook_deliveries,
    webhook_deliveries.c.delivery_id,
    {"created_at": webhook_deliveries.c.created_at_s},
    default="-created_at",
)


def status_of(row: Row) -> WebhookStatus:
    """Return the status of a webhook."""
    return "disabled" if not row.is_active else "failing" if row.failing else "operational"


def webhook_of(row: Row) -> Webhook:
    """Return a webhook as it is answered."""
    plain = ("webhook_id", "name", "url", "description", "is_active", "timeout_seconds", "ssl_verify")
    return Webhook(
        **{name: getattr(row, name) for name in plain},
        created_at=timestamp_of(row.created_at_s),
        updated_at=timestamp_of(row.updated_at_s),
        events=msgspec.json.decode(row.events, type=tuple[str, ...]),
        retry_policy=policy_of(row),
        last_used_at=None if row.last_used_at_s is None else timestamp_of(row.last_used_at_s),
        status=status_of(row),
    )


def policy_of(row: Row) -> RetryPolicy:
    """Return how often the deliveries of a webhook are tried again."""
    return msgspec.json.decode(row.retry_policy, type=RetryPolicy)


def new_salt() -> str:
    """Return what a secret is made from, together with the daemon's own."""
    return secrets.token_hex(16)


def all_webhooks(connection: sa.Connection) -> Sequence[Row]:
    """Return every webhook."""
    return connection.execute(sa.select(webhooks)).all()


def move(connection: sa.Connection, webhook_id: str, position: int) -> None:
    """Note up to which event a webhook has been served."""
    connection.execute(sa.update(webhooks).where(webhooks.c.webhook_id == webhook_id).values(position=position))


def note_result(connection: sa.Connection, webhook_id: str, *, failing: bool, at_s: float) -> None:
    """Note when a webhook was used, and whether the receiver took the event."""
    connection.execute(sa.update(webhooks).where(webhooks.c.webhook_id == webhook_id).values(failing=failing, last_used_at_s=at_s))


def store_delivery(connection: sa.Connection, values: Mapping[str, object]) -> None:
    """Insert or change a delivery; its `delivery_id` is among the values. One that was begun keeps the time of its beginning."""
    delivery_id = values["delivery_id"]
    changed = {name: value for name, value in values.items() if name != "created_at_s"}
    key = webhook_deliveries.c.delivery_id == delivery_id
    if not connection.execute(sa.update(webhook_deliveries).where(key).values(changed)).rowcount:
        connection.execute(sa.insert(webhook_deliveries).values(dict(values)))


def get_delivery(connection: sa.Connection, delivery_id: str) -> Row:
    """Return a delivery, None if there is none."""
    return connection.execute(sa.select(webhook_deliveries).where(webhook_deliveries.c.delivery_id == delivery_id)).first()


def list_deliveries(
    connection: sa.Connection, asked: PageRequest, webhook_id: str, *, status: DeliveryStatus | None, event_type: str | None
) -> Page:
    """Return a page of the deliveries of a webhook."""
    columns = webhook_deliveries.c
    where = [columns.webhook_id == webhook_id]
    if status is not None:
        where.append(columns.status == status)
    if event_type is not None:
        where.append(columns.event_type == event_type)
    return _DELIVERIES.page(connection, asked, where)


def delivered_since(connection: sa.Connection, webhook_id: str, since_s: float, limit: int) -> list[float]:
    """Return the times of the last deliveries after a time, at most `limit`, in order."""
    columns = webhook_deliveries.c
    chosen = sa.select(columns.delivered_at_s).where(columns.webhook_id == webhook_id, columns.delivered_at_s > since_s)
    return sorted(connection.scalars(chosen.order_by(columns.delivered_at_s.desc()).limit(limit)))


def counts_by_status(connection: sa.Connection) -> dict[str, dict[str, int]]:
    """Return the number of deliveries of each webhook by status."""
    columns = webhook_deliveries.c
    found: dict[str, dict[str, int]] = {}
    grouped = sa.select(columns.webhook_id, columns.status, sa.func.count()).group_by(columns.webhook_id, columns.status)
    for webhook_id, status, count in connection.execute(grouped):
        found.setdefault(webhook_id, {})[status] = count
    return found


def prune_deliveries(connection: sa.Connection, before_s: float, limit: int) -> int:
    """Delete at most `limit` deliveries that began before a time; return how many.

    One that is still tried is stored again at its next try; one whose webhook was disabled meanwhile would stay pending.
    """
    columns = webhook_deliveries.c
    old = sa.select(columns.delivery_id).where(columns.created_at_s < before_s).limit(limit)
    return int(connection.execute(sa.delete(webhook_deliveries).where(columns.delivery_id.in_(old))).rowcount)
