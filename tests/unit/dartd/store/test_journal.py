"""The journal: no gap, no repeat, nothing lost."""

import asyncio
import functools
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from dartd.errors import StoreError, StoreUnavailableError
from dartd.store.journal import CommitHook, Journal, Memory, PastEvent
from dartd.store.projections.registry import Projection, Recorded
from dartd.store.tables import events, metadata
from schemas.base import BoardId, CameraId, VisitId
from schemas.events import BoardReset, CalibrationChanged, Envelope, TakeoutStarted
from tests.support.postgres import arguments_of, file_of, journalled

BOARD = BoardId("main")

APPENDER = """
import asyncio, sys
from pathlib import Path
from dartd.config.database_url import DatabaseUrl
from dartd.store.journal import Journal
from schemas.base import BoardId, VisitId
from schemas.events import BoardReset

async def main() -> None:
    path = Path(sys.argv[1])
    journal = Journal.open(DatabaseUrl(sys.argv[2], path) if sys.argv[2:] else path, BoardId("main"))
    while True:
        envelopes = await journal.append([BoardReset(visit_id=VisitId("v"))] * 3, at_s=1.0)
        for envelope in envelopes:
            print(envelope.event_id, flush=True)

asyncio.run(main())
"""


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """Open a journal in a fresh store."""
    opened = Journal.open(tmp_path / "dartd.db", BOARD)
    yield opened
    opened.close()


def _reset(name: str = "v1") -> BoardReset:
    return BoardReset(visit_id=VisitId(name))


async def test_envelope_names_the_place_of_an_event(journal: Journal) -> None:
    """An appended event carries seq, id, board, topic and time, and its wire bytes say the same."""
    (envelope,) = await journal.append([_reset()], at_s=1795199447.123)

    assert (envelope.seq, envelope.event_id, envelope.topic) == (1, f"{journal.stream_id}-1", "board:main")
    assert json.loads(envelope.wire) == {
        "event_type": "board_reset",
        "seq": 1,
        "event_id": f"{journal.stream_id}-1",
        "board_id": "main",
        "topic": "board:main",
        "timestamp": "2026-11-20T18:30:47.123Z",
        "visit_id": "v1",
        "user_id": None,
        "visit": None,
    }


async def test_seq_has_no_gap_over_a_restart(tmp_path: Path) -> None:
    """A journal opened again goes on with the next number of the same stream."""
    first = await asyncio.to_thread(Journal.open, tmp_path / "dartd.db", BOARD)
    await first.append([_reset(), _reset()], at_s=1.0)
    await asyncio.to_thread(first.close)

    second = await asyncio.to_thread(Journal.open, tmp_path / "dartd.db", BOARD)
    (envelope,) = await second.append([_reset()], at_s=2.0)
    await asyncio.to_thread(second.close)

    assert (second.stream_id, second.oldest_seq, envelope.seq, second.last_seq) == (first.stream_id, 1, 3, 3)


def _opened_and_appended(path: Path, visit: str) -> str:
    """Open a journal, append an event, and return the name of its stream."""
    with closing(Journal.open(path, BOARD)) as journal:
        asyncio.run(journal.append([_reset(visit)], at_s=1.0))
        return journal.stream_id


@pytest.mark.sqlite
@pytest.mark.parametrize("put_back", ["copy", "copy elsewhere", "lock file lost"])
def test_copy_that_is_put_back_begins_a_new_stream(tmp_path: Path, put_back: str) -> None:
    """Its next events get positions that clients know already from the events that the copy lacks."""
    path, copy = tmp_path / "dartd.db", tmp_path / "copy.db"
    first = _opened_and_appended(path, "v1")
    copy.write_bytes(path.read_bytes())
    same = _opened_and_appended(path, "v2")
    if put_back == "copy":
        path.write_bytes(copy.read_bytes())
    if put_back == "lock file lost":
        (tmp_path / "dartd.db.lock").unlink()
    opened = copy if put_back == "copy elsewhere" else path
    second, third = _opened_and_appended(opened, "v3"), _opened_and_appended(opened, "v4")

    assert (same == first, second != first, third == second) == (True, True, True)


@pytest.mark.sqlite
@pytest.mark.parametrize("is_overwritten_between", [True, False])
async def test_copy_written_over_the_file_while_it_is_open(tmp_path: Path, is_overwritten_between: bool) -> None:  # noqa: FBT001
    """No position is used again: nothing is written until dartd is restarted, which begins a new stream."""
    path = tmp_path / "dartd.db"
    first = await asyncio.to_thread(_opened_and_appended, path, "v1")
    copy = await asyncio.to_thread(path.read_bytes)
    journal = await asyncio.to_thread(Journal.open, path, BOARD)
    if is_overwritten_between:
        await journal.append([_reset("v2")], at_s=1.0)
    await asyncio.to_thread(path.write_bytes, copy)
    with pytest.raises(StoreUnavailableError):
        await journal.append([_reset("v3")], at_s=1.0)
    fault = await asyncio.to_thread(journal._check_file)
    await asyncio.to_thread(journal.close)
    again = await asyncio.to_thread(Journal.open, path, BOARD)
    (envelope,) = await again.append([_reset("v4")], at_s=2.0)
    await asyncio.to_thread(again.close)

    assert "was overwritten" in str(fault)
    assert journal.stream_id == first
    assert envelope.seq == 1 + journal.last_seq or again.stream_id != first


async def test_read_gives_what_was_written_after_a_seq(journal: Journal) -> None:
    """A reader gets the very wire bytes, in order, after the seq it names and no more than it asked for."""
    envelopes = await journal.append([_reset(f"v{k}") for k in range(5)], at_s=1.0)

    rows = await journal.read(2, 2)

    assert rows == [(e.seq, e.topic, e.wire) for e in envelopes[2:4]]


@pytest.mark.slow
async def test_the_time_of_the_last_event_of_a_kind_is_known(journal: Journal) -> None:
    """It must be there after a restart, without reading the journal."""
    before = await journal.last_timestamp(BoardReset)
    await journal.append([_reset("v1")], at_s=5.0)
    await journal.append([_reset("v2")], at_s=6.5)
    await journal.append([CalibrationChanged(camera_id=CameraId("cam0"), state="ready")], at_s=7.0)

    assert (before, await journal.last_timestamp(BoardReset)) == (None, "1970-01-01T00:00:06.500Z")
    assert await journal.last_timestamp(TakeoutStarted) is None


async def test_history_gives_events_of_a_kind_in_order(journal: Journal) -> None:
    """A decider reads back what it follows, after a seq and no more than it asked for; one that cannot be decoded has no event."""
    camera = CameraId("cam0")
    await journal.append([_reset("v1"), CalibrationChanged(camera_id=camera, state="ready"), _reset("v2"), _reset("v3")], at_s=5.0)
    row = (5, 5.0, "board:main", "board_reset", b'{"event_type":"board_reset"}', "main")
    await journal.database.write(lambda connection: connection.execute(sa.insert(events).values(row)).rowcount)

    assert await journal.history(1, [BoardReset], 1) == [PastEvent(seq=3, at_s=5.0, event=_reset("v2"))]
    assert [(past.seq, past.event) for past in await journal.history(3, [BoardReset])] == [(4, _reset("v3")), (5, None)]


async def test_memories_are_in_the_commit_of_their_events(journal: Journal) -> None:
    """What a decider remembers is stored as of the last event of the commit, once for each decider."""
    await journal.append([_reset(), _reset()], at_s=1.0, memories={"board": b"one"})
    await journal.append([_reset()], at_s=1.0, memories={"board": b"two", "match": b"three"})

    assert await journal.memory("board") == Memory(3, b"two")
    assert await journal.memory("match") == Memory(3, b"three")
    assert await journal.memory("unknown") is None


async def test_a_fault_in_a_hook_is_its_own(journal: Journal) -> None:
    """What a hook wrote is undone and its caller gets the exception; the events stand."""
    failed: list[BaseException] = []

    def write(connection: sa.Connection, envelopes: tuple[Envelope, ...]) -> None:
        connection.execute(sa.insert(metadata).values(key="lost", value=str(len(envelopes))))
        raise ValueError("mine")

    (envelope,) = await journal.append([_reset()], at_s=1.0, hooks=[CommitHook(write, failed.append)])

    assert (envelope.seq, [str(error) for error in failed]) == (1, ["mine"])
    assert await journal.database.read(lambda c: c.execute(sa.select(metadata.c.key).where(metadata.c.key == "lost")).first()) is None


async def test_a_fault_in_a_projection_is_its_own(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """An exception in a fold is noted, the event is journalled, and other projections follow it; a rebuild mends it."""
    broken = True

    def fold(connection: sa.Connection, recorded: Recorded) -> None:
        connection.execute(sa.insert(metadata).values(key=f"seen-{recorded.seq}", value=""))
        if broken and recorded.seq == 2:
            raise ZeroDivisionError("mine")

    projection = Projection(name="own", version=1, tables=(), follows=(BoardReset,), fold=fold)
    opened = await asyncio.to_thread(functools.partial(Journal.open, tmp_path / "own.db", BOARD, projections=[projection]))
    envelopes = await opened.append([_reset(), _reset(), _reset()], at_s=1.0)
    seen = await opened.database.read(lambda c: c.execute(sa.select(metadata.c.key).where(metadata.c.key.like("seen%"))).scalars().all())
    failures = dict(opened.registry.failures)
    await asyncio.to_thread(opened.close)

    assert [envelope.seq for envelope in envelopes] == [1, 2, 3]
    assert seen == ["seen-1", "seen-3"]
    assert failures == {"own": "event 2: ZeroDivisionError: mine"}
    assert "run dartd rebuild" in caplog.text

    again = await asyncio.to_thread(functools.partial(Journal.open, tmp_path / "own.db", BOARD, projections=[projection]))
    assert again.registry.failures == failures
    await asyncio.to_thread(again.close)


async def test_nothing_appended_is_nothing(journal: Journal) -> None:
    """An empty batch gives no envelopes and no commit."""
    envelopes = await journal.append([], at_s=1.0)

    assert (envelopes, journal.last_seq) == ((), 0)


@pytest.mark.sqlite
@pytest.mark.slow
async def test_refused_append_leaves_no_gap(journal: Journal) -> None:
    """Events that the database refused may be tried again and get the numbers they would have had."""
    await journal.append([_reset()], at_s=1.0)
    blocker = sqlite3.connect(file_of(journal.database), isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="another program holds it"):
        await journal.append([_reset("v2")], at_s=2.0)
    blocker.execute("ROLLBACK")
    blocker.close()

    (envelope,) = await journal.append([_reset("v2")], at_s=2.0)

    assert envelope.seq == 2


@pytest.mark.slow
@pytest.mark.parametrize("wait_for", [1, 40, 333])
def test_kill_9_loses_nothing_that_was_reported(tmp_path: Path, wait_for: int) -> None:
    """A process that is killed while it appends has every event that it had printed in the journal, without gap or repeat."""
    path = tmp_path / "dartd.db"
    with subprocess.Popen([sys.executable, "-c", APPENDER, *arguments_of(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        printed = [process.stdout.readline().strip() for _ in range(wait_for)]
        os.kill(process.pid, signal.SIGKILL)
        printed += [line.strip() for line in process.stdout if line.endswith("\n")]

    journal = Journal.open(path, BOARD)
    journal.close()
    seqs = [event["seq"] for event in journalled(path)]

    assert seqs == list(range(1, len(seqs) + 1))
    assert printed == [f"{journal.stream_id}-{k}" for k in range(1, len(printed) + 1)]
    assert len(printed) <= len(seqs)


async def test_the_stored_time_is_the_published_time(journal: Journal) -> None:
    """An event published with a time rounded up to the millisecond is found from that time on."""
    (printed,) = await journal.append([_reset()], at_s=1795199447.1236)
    (kept,) = await journal.history(0, [BoardReset])

    assert b"2026-11-20T18:30:47.124Z" in printed.wire
    assert kept.at_s == 1795199447.124
