"""What every test gets, proven to work."""

import asyncio
from pathlib import Path

import pytest
from blockbuster import BlockingError

from dartd.config import load_config
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
