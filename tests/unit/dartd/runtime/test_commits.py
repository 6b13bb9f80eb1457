"""Tests of decisions that wait for the disk."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from dartd.decision import Step
from dartd.metrics import Metrics
from dartd.runtime.clock import LiveClock
from dartd.runtime.commits import HELD_EVENTS, Commits, Decision
from dartd.runtime.decider import Deciders
from dartd.runtime.queued import QueuedInput
from dartd.store.journal import Journal
from schemas.base import BoardId, VisitId
from schemas.commands import ResetBoard
from schemas.events import BoardReset, Envelope, Snapshot, VisitSnapshot
from tests.support.postgres import file_of

BOARD = BoardId("main")


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """Open a fresh journal."""
    opened = Journal.open(tmp_path / "dartd.db", BOARD)
    yield opened
    opened.close()


def _commits(journal: Journal) -> Commits:
    return Commits(journal, Deciders([]), LiveClock(), Metrics())


def _decision(number: int, events: int = 1) -> Decision:
    step = Step(events=tuple(BoardReset(visit_id=VisitId(f"v{number}"), user_id=None) for _ in range(events)))
    snapshot = Snapshot(
        board_id=BOARD,
        last_seq=0,
        state="wait_for_throw",
        status="throw",
        visit=VisitSnapshot(visit_id=VisitId(f"v{number}"), total=0),
        cameras=(),
    )
    return Decision([((), step)], step.events, [], float(number), snapshot)


@pytest.mark.sqlite
async def test_what_waits_is_committed_in_order_with_its_own_time(journal: Journal) -> None:
    """A store that cannot be written keeps all decisions; the stall is journalled behind them."""
    commits, committed = _commits(journal), list[tuple[float, tuple[Envelope, ...]]]()

    def note(decision: Decision, envelopes: tuple[Envelope, ...]) -> None:
        committed.append((decision.at_s, envelopes))

    path = file_of(journal.database)
    await asyncio.to_thread(path.rename, path.with_name("aside.db"))
    for number in (1, 2, 3):
        commits.add(_decision(number))
        assert not await commits.flush(note)
    stalled = (len(commits), committed[:], commits.stalled_reason)
    await asyncio.to_thread(path.with_name("aside.db").rename, path)
    await asyncio.sleep(max(0.0, (commits.retry_at_s or 0.0) - LiveClock().now()))

    assert await commits.flush(note)
    assert stalled[:2] == (3, [])
    assert "was removed" in str(stalled[2])
    assert [at_s for at_s, _ in committed] == [1.0, 2.0, 3.0]
    assert [[e.at_s for e in envelopes] for _, envelopes in committed] == [[1.0], [2.0], [3.0, 3.0, 3.0]]
    assert (len(commits), commits.stalled_reason, commits.retry_at_s) == (0, None, None)


async def test_held_events_have_a_limit(journal: Journal) -> None:
    """It counts events, and is left as soon as they are written."""
    commits = _commits(journal)
    commits.add(_decision(1, HELD_EVENTS - 1))
    before = commits.is_full
    commits.add(_decision(2))
    full = commits.is_full
    await commits.flush(lambda *_: None)

    assert (before, full, commits.is_full) == (False, True, False)


async def test_callers_of_what_is_never_written_are_cancelled(journal: Journal) -> None:
    """They must not wait without end when the daemon ends."""
    commits, answer = _commits(journal), asyncio.get_running_loop().create_future()
    decision = _decision(1)
    decision.decided = [((QueuedInput(ResetBoard(), 0.0, answer),), Step())]
    commits.add(decision)
    commits.cancel()

    assert (answer.cancelled(), len(commits)) == (True, 0)
