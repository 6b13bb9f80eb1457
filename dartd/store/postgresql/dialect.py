"""SQLAlchemy's dialect of PostgreSQL with the types that SQLite has: integers of 64 bits, text that is compared by its bytes."""

from typing import Any

import sqlalchemy as sa
from psycopg.adapt import Loader
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.base import PGTypeCompiler
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

ENGINE_URL = "dartd+postgresql://"


class _TypeCompiler(PGTypeCompiler):
    def visit_INTEGER(self, type_: Any, **kw: Any) -> str:  # noqa: ARG002, N802 - the name and arguments of SQLAlchemy
        """Return the type of 64 bits."""
        return "BIGINT"

    def visit_TEXT(self, type_: Any, **kw: Any) -> str:  # noqa: N802 - the name of SQLAlchemy
        """Return the type of text; columns are compared and sorted by bytes, whatever the database's language."""
        text: str = super().visit_TEXT(type_, **kw)
        return f'{text} COLLATE "C"' if isinstance(kw.get("type_expression"), sa.Column) else text


class StoreDialect(PGDialect_psycopg):
    """PostgreSQL with psycopg, as the store uses it."""

    supports_statement_cache = True
    type_compiler_cls = _TypeCompiler


def dialect() -> StoreDialect:
    """Return the dialect, to compile statements with and to read addresses."""
    return StoreDialect()  # type: ignore[no-untyped-call]  # SQLAlchemy's dialects have no types


class NumberLoader(Loader):
    """Reads PostgreSQL's `numeric`, the type of its sums of integers, as int; as float when it has a fraction."""

    def load(self, data: Any) -> int | float:
        """Return the number."""
        text = bytes(data).decode()
        return float(text) if "." in text or text == "NaN" else int(text)


registry.register("dartd.postgresql", __name__, StoreDialect.__name__)
