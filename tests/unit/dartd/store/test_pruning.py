"""Tests of what is deleted from the store once it is old."""

import pytest
import sqlalchemy as sa

from dartd.store import pruning
from dartd.store.pruning import prune_audit, prune_events
from dartd.store.tables import audit, events

KEPT = {"dart_hit"}


@pytest.fixture
def filled(core: sa.Connection) -> sa.Connection:
    """Store ten events, one a second, every second one a throw."""
    rows = [
        {
            "seq": k,
            "at_s": float(k),
            "topic": "board:main",
            "event_type": "dart_hit" if k % 2 else "board_state_changed",
            "wire": b"{}",
            "board_id": "main",
        }
        for k in range(1, 11)
    ]
    core.execute(sa.insert(events), rows)
    return core


def _seqs(connection: sa.Connection) -> list[int]:
    return list(connection.execute(sa.select(events.c.seq).order_by(events.c.seq)).scalars())


def test_old_events_go_and_play_stays(filled: sa.Connection) -> None:
    """What tables are made of is never deleted, so that a rebuild gives the same tables."""
    looked_at = prune_events(filled, before_s=7.0, kept_types=KEPT)

    assert (looked_at, _seqs(filled)) == (6, [1, 3, 5, 7, 8, 9, 10])
    assert prune_events(filled, before_s=7.0, kept_types=KEPT) == 0


def test_a_run_is_bounded(filled: sa.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes on where the last one ended, also over events that are kept."""
    monkeypatch.setattr(pruning, "EVENTS_AT_ONCE", 4)
    looked_at = [prune_events(filled, before_s=100.0, kept_types=KEPT) for _ in range(4)]

    assert (looked_at, _seqs(filled)) == ([4, 4, 2, 0], [1, 3, 5, 7, 9])


@pytest.mark.parametrize(("before_s", "limit", "kept"), [(4.0, 100, 6), (0.0, 3, 3), (4.0, 3, 3)])
def test_audit_is_bounded_by_age_and_number(
    core: sa.Connection, monkeypatch: pytest.MonkeyPatch, before_s: float, limit: int, kept: int
) -> None:
    """Refused logins must not fill the disk."""
    monkeypatch.setattr(pruning, "AUDIT_ENTRIES", limit)
    entry = {"user_id": "u", "action": "login", "entity_type": "user", "outcome": "denied", "trace_id": "t"}
    core.execute(sa.insert(audit), [{**entry, "at_s": float(k)} for k in range(1, 10)])
    deleted = prune_audit(core, before_s=before_s)

    assert (deleted, core.execute(sa.select(sa.func.count()).select_from(audit)).scalar_one()) == (9 - kept, kept)
