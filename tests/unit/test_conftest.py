"""What every test gets, proven to work."""

import asyncio
from pathlib import Path

import pytest
from blockbuster import BlockingError

from dartd.config import load_config
from dartd.store.journal import Journal
from schemas.base import BoardId, VisitId
from schemas.events import BoardReset
from tests.support.published import complaints
from tests.support.waiting import Waiting

_CONFIG = Path(__file__).resolve().parents[2] / "config" / "simulator.toml"


async def test_our_code_may_not_block_the_event_loop() -> None:
    """A file that our code reads on the event loop must fail the test, and in a thread must not."""
    with pytest.raises(BlockingError):
        load_config(_CONFIG, {})

    assert (await asyncio.to_thread(load_config, _CONFIG, {})).cameras


async def test_the_tests_own_lines_may_block() -> None:
    """A test must be free to read a file by itself."""
    assert _CONFIG.read_text(encoding="utf-8")


async def test_messages_are_held_to_what_is_published(tmp_path: Path, every_message_is_as_published: list[str]) -> None:
    """A message that does not fit must be found where it is sent; one that fits, and what is no event, must pass."""
    events = await asyncio.to_thread(Journal.open, tmp_path / "dartd.db", BoardId("main"))
    await events.append([BoardReset(visit_id=VisitId("v"), user_id="ada")], at_s=1.0)
    fits = list(every_message_is_as_published)
    await events.append([BoardReset(visit_id=VisitId("v"), user_id=7)], at_s=1.0)  # type: ignore[arg-type]  # that is the point
    await asyncio.to_thread(events.close)
    found = list(every_message_is_as_published)
    every_message_is_as_published.clear()

    assert fits == []
    assert len(found) >= 3
    assert all(each.startswith("board_reset: ") for each in found)
    assert complaints(b'{"event_type": "dart_flew"}') == ["dart_flew is sent and not documented"]
    assert complaints(b'{"data": []}') == complaints(b"\xff") == []


async def test_waiting_gives_the_answer_or_fails() -> None:
    """Waiting must give the first true answer, and fail with the last one when the deadline has passed."""
    waiting, answers = Waiting(timeout_s=0.05), iter([0, None, "", 7])

    assert await waiting.soon(lambda: next(answers)) == 7
    assert await waiting.within(asyncio.sleep(0, "soon")) == "soon"
    with pytest.raises(AssertionError, match=r"the dart did not come within 0.05 s \(last answer: \[\]\)"):
        await waiting.soon(list, "the dart")
    with pytest.raises(AssertionError, match="the condition did not come"):
        await waiting.within(asyncio.Event().wait())


def test_waiting_works_without_an_event_loop() -> None:
    """Waiting for a process or a thread must work in plain tests too."""
    waiting, answers = Waiting(timeout_s=0.05), iter([0, 7])

    assert waiting.until(lambda: next(answers)) == 7
    with pytest.raises(AssertionError, match="did not come within"):
        waiting.until(lambda: False)
