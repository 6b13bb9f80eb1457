"""The report of a store."""

import sqlalchemy as sa

from dartd.store.report import StoreReport, report_of
from dartd.store.tables import events


def test_events_are_counted(core: sa.Connection) -> None:
    """How many there are, the first, the last and its time must be reported; of an empty store none."""
    empty = report_of(core)
    rows = [{"seq": k, "at_s": float(k), "topic": "t", "event_type": "e", "wire": b"{}"} for k in (3, 4, 7)]
    core.execute(sa.insert(events), rows)

    assert empty == StoreReport()
    assert report_of(core, size_bytes=9) == StoreReport(size_bytes=9, count=3, first_seq=3, last_seq=7, last_at_s=7.0)
