"""The address of a database on a server, which may hold a password."""

from dataclasses import dataclass
from pathlib import Path

from dartd.config.redaction import redact_url

SCHEMES = ("postgresql+psycopg", "postgresql")


@dataclass(frozen=True, repr=False)
class DatabaseUrl:
    """The address of a database of PostgreSQL, and the lock file of this machine for it. As text it has no user, password and query."""

    url: str
    lock_path: Path

    def __str__(self) -> str:
        """Return the address without secrets."""
        return redact_url(self.url)

    __repr__ = __str__


def url_problem(url: str) -> str | None:
    """Return what is wrong with the address of a database, without the address; None if nothing is."""
    scheme, _, rest = url.partition("://")
    if scheme not in SCHEMES or not rest:
        return "expected postgresql+psycopg://user:password@host/database"
    _, slash, database = rest.rpartition("@")[2].partition("?")[0].partition("/")
    if not slash or not database:
        return "the name of the database is missing, expected postgresql+psycopg://user:password@host/database"
    return None
