"""The types of PostgreSQL as SQLite has them."""

import pytest
import sqlalchemy as sa
from sqlalchemy.schema import CreateTable

from dartd.store.postgresql.dialect import NumberLoader, dialect


def test_types_of_columns_and_values() -> None:
    """Integers must have 64 bits, text of columns be compared by bytes; a value that is compared has no collation of its own."""
    table = sa.Table("t", sa.MetaData(), sa.Column("n", sa.Integer, nullable=False), sa.Column("t", sa.Text))
    made = str(CreateTable(table).compile(dialect=dialect()))
    asked = str(sa.select(table.c.n, sa.cast(table.c.n, sa.Text)).where(table.c.t == "x", table.c.n > 1).compile(dialect=dialect()))

    assert "n BIGINT NOT NULL" in made
    assert 't TEXT COLLATE "C"' in made
    assert "COLLATE" not in asked
    assert "::BIGINT" in asked


@pytest.mark.parametrize(("text", "number"), [(b"12", 12), (b"-3", -3), (b"1.50", 1.5), (b"123456789012345678901", 123456789012345678901)])
def test_numbers_are_numbers(text: bytes, number: float) -> None:
    """A `numeric` must be an int where it has no fraction, and no Decimal, which no encoder of ours knows."""
    loaded = NumberLoader(1700).load(text)

    assert (loaded, type(loaded)) == (number, type(number))
