"""A board after a restart: from its memory, from the journal alone, and the events it has not seen yet."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from dartd.board.core import Board
from dartd.board.throws import ThrowTimes
from dartd.runtime.clock import LiveClock
from dartd.runtime.recovery import recover, recover_tournaments
from dartd.store.journal import Journal
from dartd.store.tables import fixtures
from dartd.tournament.state import Tournaments
from schemas.base import BoardId, CameraId
from schemas.board import BoardSpec
from schemas.commands import SignOnPlayer
from schemas.events import BoardEvent, CameraStateChanged, EntityDeleted, PlayerMerged, PlayerSignedOn
from tests.support.board import Scene
from tests.support.tournaments import drawn_club

BOARD = BoardId("main")


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[Journal]:
    """Open a journal in a fresh store."""
    opened = await asyncio.to_thread(Journal.open, tmp_path / "dartd.db", BOARD)
    yield opened
    await asyncio.to_thread(opened.close)


def _board() -> Board:
    return Board(BOARD, [CameraId("cam0")], BoardSpec(), ThrowTimes())


def _scene() -> Scene:
    scene = Scene()
    scene.command(SignOnPlayer(player_id="ann"))
    for label in ("T20", "S5"):
        scene.throw(label)
    return scene


def _events(scene: Scene) -> list[BoardEvent]:
    return [event for event, _ in scene.events]


@pytest.mark.slow
async def test_ids_are_unique_after_thousands_of_other_events(journal: Journal) -> None:
    """However much is journalled behind the last dart, with or without a stored memory: no id is given again, the darts still stand."""
    scene = _scene()
    noise = [CameraStateChanged(camera_id=CameraId("cam0"), state="offline", previous_state="ready") for _ in range(5000)]
    await journal.append(_events(scene), at_s=1.0)
    await journal.append(noise, at_s=2.0)
    from_journal = _board()
    await recover(from_journal, journal, LiveClock())
    await journal.append(_events(scene)[:1], at_s=2.0, memories={"board": scene.machine.memory.dump(0.0)})
    await journal.append(noise, at_s=2.0)
    from_memory = _board()
    await recover(from_memory, journal, LiveClock())

    for board in (from_journal, from_memory):
        memory = board._throws.memory
        assert (memory.next_dart_id, memory.next_visit_id) == ("main-d000003", "main-v000002")
        assert [dart.dart_id for dart in board.known_darts()] == ["main-d000001", "main-d000002"]
        assert (memory.player_id, memory.visit.player_id) == ("ann", "ann")


async def test_a_memory_that_cannot_be_read_is_made_anew(journal: Journal, caplog: pytest.LogCaptureFixture) -> None:
    """The board folds the whole journal instead, and the log says so."""
    await journal.append(_events(_scene()), at_s=1.0, memories={"board": b'{"state": "flying"}'})
    board = _board()
    await recover(board, journal, LiveClock())

    assert [dart.score.label for dart in board.snapshot().darts] == ["T20", "S5"]
    assert "made anew from the journal" in caplog.text


async def test_writes_behind_the_memory_are_inputs_yet_to_be_processed(journal: Journal) -> None:
    """A crash between the commit of a person's write and the board's answer to it: the board gets the event at the next start."""
    scene = _scene()
    await journal.append(_events(scene), at_s=1.0, memories={"board": scene.machine.memory.dump(0.0)})
    merged = PlayerMerged(player_id="ann", into_player_id="bob", user_id="u")
    deleted = EntityDeleted(entity_type="player", entity_id="ann", user_id="u")
    await journal.append([merged, deleted], at_s=2.0)
    board = _board()
    pending = await recover(board, journal, LiveClock())
    step = board.step(pending, 0.0)

    assert pending == [merged, deleted]
    assert [event.player_id for event in step.events if isinstance(event, PlayerSignedOn)] == ["bob"]
    assert board.snapshot().player_id == "bob"


async def test_a_new_store_is_a_fresh_board(journal: Journal) -> None:
    """Nothing is remembered, and nothing waits."""
    board = _board()

    assert await recover(board, journal, LiveClock()) == []
    assert (board.snapshot().darts, board.snapshot().visit.visit_id) == ((), "main-v000001")


@pytest.mark.parametrize("failure", [None, "a fault of the fold"])
async def test_tournaments_are_as_their_last_commit_left_them(journal: Journal, failure: str | None) -> None:
    """Read from their tables; where those miss an event they are folded from the journal."""
    club = drawn_club("knockout", 4)
    club.begin("f_x_1")
    club.win()
    await journal.append(club.events, at_s=1.0)
    state = Tournaments()
    if failure is not None:
        journal.registry.failures["tournaments"] = failure
        await journal.database.change(lambda connection: connection.execute(sa.delete(fixtures)))
    await recover_tournaments(state, journal)

    assert state._kept == club.state._kept
