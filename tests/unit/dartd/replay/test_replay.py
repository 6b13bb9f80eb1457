"""A replay: the same lines every time."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from dartd.config import Config
from dartd.decision import Input, Step
from dartd.replay.playlist import Playlist
from dartd.replay.replay import Replay, ReplayOutcome
from schemas.base import BoardId, CameraId, VisitId
from schemas.events import BoardReset, JournalledEvent, Snapshot, TakeoutOverdue, VisitSnapshot
from schemas.pipe.from_worker import MotionDetected
from schemas.pipe.to_worker import UpdateBoard
from tests.support.deciders import Forgetful
from tests.support.recordings import write_recording

TARGET = "tests.support.workers:play"
VISIT = VisitId("v1")
_STILL_MS = 5_000


class Teller(Forgetful):
    """A board with an event for each motion and a deadline 30 ms after the last one, where it orders something."""

    def __init__(self, _cameras: Sequence[CameraId]) -> None:
        self._due_s: float | None = None

    def step(self, inputs: Sequence[Input], now: float) -> Step:
        """Return an event for each motion, and one at the deadline."""
        events: list[JournalledEvent] = []
        if self._due_s is not None and now >= self._due_s:
            events.append(TakeoutOverdue(visit_id=VISIT, count_remaining=0))
            self._due_s = None
        for item in inputs:
            if isinstance(item, MotionDetected):
                events.append(BoardReset(visit_id=VISIT, user_id=f"{item.camera_id} {item.episode} {item.changed_share:.2f}"))
                if item.episode:
                    self._due_s = now + 0.03
        orders = ((None, UpdateBoard(takeout=True)),) if any(isinstance(e, TakeoutOverdue) for e in events) else ()
        return Step(events=tuple(events), orders=orders)

    def deadline(self) -> float | None:
        """Return the deadline."""
        return self._due_s

    def snapshot(self) -> Snapshot:
        """Return an empty snapshot."""
        return Snapshot(board_id=BoardId("main"), last_seq=0, state="wait_for_throw", status="throw", visit=VisitSnapshot(visit_id=VISIT))


async def _replay(folder: Path, *, realtime: bool = False) -> ReplayOutcome:
    playlist = await asyncio.to_thread(Playlist.load, folder)
    return await Replay(playlist, Config(), Teller, target=TARGET).run(realtime=realtime)


@pytest.mark.slow
async def test_two_runs_print_the_same_lines(tmp_path: Path) -> None:
    """Everything in the lines, ids and times included, comes from the recording alone."""
    write_recording(tmp_path, [[10, 20], [30, 40]])

    first, second = await _replay(tmp_path), await _replay(tmp_path)

    assert [event.json_line() for event in first.events] == [event.json_line() for event in second.events]
    assert len(first.events) == 4 * 2 + 4 + 4 * 2


async def test_lines_say_where_in_the_recording_they_were_decided(tmp_path: Path) -> None:
    """Each line is a journalled event with its sequence, and its time in it, deadlines at their own time."""
    write_recording(tmp_path, [[10], [30]], cameras=1)

    outcome = await _replay(tmp_path)

    lines = [json.loads(event.json_line()) for event in outcome.events]
    found = [(line["seq"], line["event_type"], line["sequence_id"], line["t_ms"], line["timestamp"]) for line in lines]
    assert found == [
        (1, "board_reset", "s0", 0.0, "2026-01-01T00:00:00.000Z"),
        (2, "takeout_overdue", "s0", 30.0, "2026-01-01T00:00:00.030Z"),
        (3, "board_reset", "s0", 50.0, "2026-01-01T00:00:00.050Z"),
        (4, "board_reset", "s1", 0.0, "2026-01-01T00:00:00.200Z"),
        (5, "takeout_overdue", "s1", 30.0, "2026-01-01T00:00:00.230Z"),
        (6, "board_reset", "s1", 50.0, "2026-01-01T00:00:00.250Z"),
    ]
    assert [line["event_id"] for line in lines] == [f"replay-{k}" for k in range(1, 7)]


async def test_broken_picture_is_not_the_end(tmp_path: Path) -> None:
    """A picture that is missing or broken is passed over; the rest is played."""
    write_recording(tmp_path, [[10, 20, 30, 40]], cameras=1)
    (tmp_path / "20.jpg").unlink()
    (tmp_path / "30.jpg").write_bytes(b"no picture")

    outcome = await _replay(tmp_path)

    seen = [
        event.t_ms
        for event in outcome.events
        if isinstance(event.envelope.event, BoardReset) and "cam0 0" not in str(event.envelope.event.user_id)
    ]
    assert (seen, outcome.crashed) == ([0.0, 600.0], {})


@pytest.mark.slow
async def test_real_time_publishes_the_same_events(tmp_path: Path) -> None:
    """In real time the same pictures are seen in the same order, at about their time."""
    # A camera that comes late sees the newest picture alone: each stands for longer than a process takes to start on a busy machine.
    write_recording(tmp_path, [[10], [20]], cameras=1, still_ms=_STILL_MS)

    outcome = await _replay(tmp_path, realtime=True)

    resets = [(event.sequence_id, event.t_ms) for event in outcome.events if isinstance(event.envelope.event, BoardReset)]
    assert [sequence for sequence, _ in resets if sequence] == ["s0", "s0", "s1", "s1"]
    assert all(0 <= t_ms < _STILL_MS for _, t_ms in resets)
