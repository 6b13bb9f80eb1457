"""The throws of the store as data sets: how many there are, and their rows, part by part."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from dartd.store.tables import detections, throws
from dartd.store.timestamps import timestamp_of

ROWS: Final = 2000  # read at once
_THROWS: Final = ("throw_id", "at_s", "board_id", "visit_id", "dart_number", "state", "label", "ring", "sector", "points", "x_mm", "y_mm")
_MEASURED: Final = ("confidence", "uncertainty_mm", "corrected")
_CHECKED: Final = ("throw_id", "at_s", "board_id", "dart_number", "published", "truth")


class ThrowSet(NamedTuple):
    """A table of throws without the names of players."""

    dataset_id: str
    name: str
    description: str
    table: sa.Table
    columns: tuple[str, ...]
    where: Sequence[sa.ColumnElement[bool]] = ()

    @property
    def header(self) -> tuple[str, ...]:
        """Return the columns as they are written."""
        return tuple("timestamp" if name == "at_s" else name for name in self.columns)


THROW_SETS: Final[Mapping[str, ThrowSet]] = {
    each.dataset_id: each
    for each in (
        ThrowSet("throws", "All throws", "Every dart of the boards, with its bed and where it hit.", throws, (*_THROWS, *_MEASURED)),
        ThrowSet(
            "corrected_throws",
            "Corrected throws",
            "Darts whose published bed was corrected: published and true bed.",
            detections,
            _CHECKED,
            (detections.c.corrected_at_s.is_not(None),),
        ),
    )
}


class ThrowSetFigures(NamedTuple):
    """How many throws, and from when until when (seconds since 1970)."""

    throws: int
    first_s: float | None
    last_s: float | None


def figures_of_set(connection: sa.Connection, throw_set: ThrowSet) -> ThrowSetFigures:
    """Return how many rows there are; the times are those of the first and the last one."""
    table, where = throw_set.table, throw_set.where
    count = connection.execute(sa.select(sa.func.count()).select_from(table).where(*where)).scalar_one()
    ends = [
        connection.scalar(sa.select(table.c.at_s).where(*where).order_by(order).limit(1)) for order in (table.c.seq, table.c.seq.desc())
    ]
    return ThrowSetFigures(count, ends[0], ends[1])


def rows_after(connection: sa.Connection, throw_set: ThrowSet, seq: int) -> tuple[str, int | None]:
    """Return the next rows as CSV, and the seq of the last one; None if there are no more."""
    columns = [throw_set.table.c[name] for name in throw_set.columns]
    chosen = sa.select(throw_set.table.c.seq, *columns).where(throw_set.table.c.seq > seq, *throw_set.where)
    rows = connection.execute(chosen.order_by(throw_set.table.c.seq).limit(ROWS)).all()
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows(_written(throw_set, row[1:]) for row in rows)
    return text.getvalue(), rows[-1][0] if len(rows) == ROWS else None


def _written(throw_set: ThrowSet, row: Sequence[Any]) -> list[Any]:
    return [timestamp_of(value) if name == "at_s" else value for name, value in zip(throw_set.columns, row, strict=True)]
