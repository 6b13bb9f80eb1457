"""The throws of the store as data sets."""

import asyncio
import csv
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from dartd.store import throw_sets
from dartd.store.journal import Journal
from dartd.store.throw_sets import THROW_SETS, figures_of_set, rows_after
from schemas.base import BoardId, DartId
from tests.support.throws import hit

_FIRST: int | None = 0


async def test_rows_come_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them once, in their order, with times as the API writes them."""
    monkeypatch.setattr(throw_sets, "ROWS", 2)
    journal = await asyncio.to_thread(Journal.open, tmp_path / "dartd.db", BoardId("main"))
    for number in range(5):
        await journal.append(
            [msgspec.structs.replace(hit(f"d{number}", visit=f"v{number}"), dart_id=DartId(f"d{number}"))], at_s=float(number)
        )
    whole = THROW_SETS["throws"]

    def read(connection: sa.Connection) -> str:
        text, seq = "", _FIRST
        while seq is not None:
            part, seq = rows_after(connection, whole, seq)
            text += part
        return text

    text = await journal.database.query(read)
    figures = await journal.database.query(lambda connection: figures_of_set(connection, whole))
    none = await journal.database.query(lambda connection: figures_of_set(connection, THROW_SETS["corrected_throws"]))
    await asyncio.to_thread(journal.close)
    rows = [dict(zip(whole.header, row, strict=True)) for row in csv.reader(text.splitlines())]

    assert [(row["throw_id"], row["label"], row["timestamp"]) for row in rows] == [
        (f"d{number}", "T20", f"1970-01-01T00:00:0{number}.000Z") for number in range(5)
    ]
    assert (tuple(figures), tuple(none)) == ((5, 0.0, 4.0), (0, None, None))
