"""Webhooks and their deliveries in the store."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from dartd.store.listing import PageRequest
from dartd.store.tables import METADATA
from dartd.store.webhooks import (
    WEBHOOKS,
    all_webhooks,
    counts_by_status,
    delivered_since,
    get_delivery,
    list_deliveries,
    move,
    new_salt,
    note_result,
    prune_deliveries,
    status_of,
    store_delivery,
    webhook_of,
)


@pytest.fixture
def connection() -> Any:
    """Open a database with the tables and one webhook."""
    engine = sa.create_engine("sqlite://")
    METADATA.create_all(engine)
    with engine.begin() as connection:
        WEBHOOKS.insert(
            connection,
            {
                "webhook_id": "w",
                "name": "W",
                "url": "https://example.com/",
                "description": "",
                "events": '["dart_hit"]',
                "is_active": True,
                "retry_policy": '{"max_retries":1}',
                "timeout_seconds": 5.0,
                "ssl_verify": True,
                "salt": new_salt(),
                "position": 7,
                "failing": False,
            },
            at_s=10.0,
        )
        yield connection
    engine.dispose()


def _delivery(connection: sa.Connection, delivery_id: str, at_s: float, status: str = "delivered") -> None:
    store_delivery(
        connection,
        {
            "delivery_id": delivery_id,
            "webhook_id": "w",
            "event_type": "dart_hit",
            "status": status,
            "attempts": 1,
            "created_at_s": at_s,
            "delivered_at_s": at_s if status == "delivered" else None,
        },
    )


def test_a_webhook_is_answered_without_its_salt(connection: sa.Connection) -> None:
    """Its status follows from what is stored."""
    (row,) = all_webhooks(connection)
    note_result(connection, "w", failing=True, at_s=20.0)
    move(connection, "w", 9)
    (failing,) = all_webhooks(connection)

    assert (status_of(row), status_of(failing), failing.position, failing.version) == ("operational", "failing", 9, 1)
    assert webhook_of(failing).events == ("dart_hit",)
    assert webhook_of(failing).last_used_at == "1970-01-01T00:00:20.000Z"
    assert row.salt not in str(webhook_of(row))


def test_a_delivery_that_is_tried_again_keeps_its_beginning(connection: sa.Connection) -> None:
    """The row is changed, not added."""
    _delivery(connection, "a", 1.0, "pending")
    _delivery(connection, "a", 5.0)
    row = get_delivery(connection, "a")

    assert (row.created_at_s, row.delivered_at_s, row.status) == (1.0, 5.0, "delivered")
    assert counts_by_status(connection) == {"w": {"delivered": 1}}


def test_deliveries_are_listed_counted_and_pruned(connection: sa.Connection) -> None:
    """The newest first; what was left pending is pruned too; a deleted webhook has none."""
    for k, status in enumerate(("delivered", "failed", "pending", "delivered")):
        _delivery(connection, f"d{k}", float(k), status)
    page: Callable[..., Any] = list_deliveries
    listed = page(connection, PageRequest(), "w", status=None, event_type=None)
    failed = page(connection, PageRequest(), "w", status="failed", event_type="dart_hit")
    since = delivered_since(connection, "w", 0.5, 10)
    pruned = prune_deliveries(connection, 3.0, 10)
    left = page(connection, PageRequest(), "w", status=None, event_type=None)
    WEBHOOKS.delete(connection, "w")

    assert [row.delivery_id for row in listed.rows] == ["d3", "d2", "d1", "d0"]
    assert [row.delivery_id for row in failed.rows] == ["d1"]
    assert (since, pruned, [row.delivery_id for row in left.rows]) == ([3.0], 3, ["d3"])
    assert counts_by_status(connection) == {}
