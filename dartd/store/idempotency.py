"""Answers of POST requests that carried an Idempotency-Key, so that a repeated one is answered and not done again."""

from typing import Any

import sqlalchemy as sa

from dartd.store.tables import idempotency
from schemas.base import Value

KEPT_S = 86_400.0


class Done(Value, frozen=True, kw_only=True):
    """What was answered. `fingerprint` is equal when the request was the same; `headers` is JSON."""

    fingerprint: str
    status: int
    headers: str
    body: bytes


def find_done(connection: sa.Connection, key: str, at_s: float) -> Done | None:
    """Read the answer of a key, for a day."""
    found = sa.select(idempotency).where(idempotency.c.key == key, idempotency.c.at_s > at_s - KEPT_S)
    row: Any = connection.execute(found).first()
    return None if row is None else Done(fingerprint=row.fingerprint, status=row.status, headers=row.headers, body=row.body)


def keep_done(connection: sa.Connection, key: str, done: Done, at_s: float) -> None:
    """Keep an answer, and forget those of before yesterday."""
    connection.execute(sa.delete(idempotency).where(sa.or_(idempotency.c.at_s <= at_s - KEPT_S, idempotency.c.key == key)))
    fields = {field: getattr(done, field) for field in Done.__struct_fields__}
    connection.execute(sa.insert(idempotency).values(key=key, at_s=at_s, **fields))
