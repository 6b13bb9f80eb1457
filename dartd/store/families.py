"""Refresh families: one for each login. A family knows how often it was refreshed, and that is all there is to keep."""

import sqlalchemy as sa

from dartd.store.tables import families


def open_family(connection: sa.Connection, family_id: str, user_id: str, *, at_s: float, expires_at_s: float) -> None:
    """Begin a family; those that have expired are forgotten."""
    connection.execute(sa.delete(families).where(families.c.expires_at_s < at_s))
    row = {
        "family_id": family_id,
        "user_id": user_id,
        "generation": 1,
        "created_at_s": at_s,
        "expires_at_s": expires_at_s,
        "revoked": False,
    }
    connection.execute(sa.insert(families).values(row))


def is_open(connection: sa.Connection, family_id: str, at_s: float) -> bool:
    """Return whether a family is valid: neither expired nor revoked."""
    row = connection.execute(sa.select(families.c.expires_at_s, families.c.revoked).where(families.c.family_id == family_id)).first()
    return row is not None and not row.revoked and row.expires_at_s > at_s


def holder_of(connection: sa.Connection, family_id: str, at_s: float) -> str | None:
    """Return the user of a family; None if it has ended."""
    row = connection.execute(sa.select(families).where(families.c.family_id == family_id)).first()
    return None if row is None or row.revoked or row.expires_at_s <= at_s else str(row.user_id)


def rotate(connection: sa.Connection, family_id: str, generation: int, at_s: float) -> str | None:
    """Go from this generation to the next and name the user; an older generation means theft: the family ends. None: refused."""
    row = connection.execute(sa.select(families).where(families.c.family_id == family_id)).first()
    if row is None or row.revoked or row.expires_at_s <= at_s:
        return None
    if row.generation != generation:
        revoke_family(connection, family_id)
        return None
    connection.execute(sa.update(families).where(families.c.family_id == family_id).values(generation=generation + 1))
    return str(row.user_id)


def revoke_family(connection: sa.Connection, family_id: str) -> None:
    """End a family: its refresh token and every access token of it are dead."""
    connection.execute(sa.update(families).where(families.c.family_id == family_id).values(revoked=True))


def revoke_families_of(connection: sa.Connection, user_id: str) -> None:
    """End all families of a user."""
    connection.execute(sa.update(families).where(families.c.user_id == user_id).values(revoked=True))
