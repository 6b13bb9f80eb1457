"""Reading in a thread, the newest frame wins."""

import select
import threading
from collections.abc import Iterator

import pytest

from tests.support.waiting import DEADLINE_S, Waiting
from workers.sources.errors import SourceError
from workers.sources.newest import Ended, Gone, NewestFrame
from workers.vision.frame import Frame


class GivenFrames:
    """A source that gives what it was given, then waits for `more`, then gives the rest."""

    simulated = True

    def __init__(self, first: list[Frame], rest: list[Frame] | None = None, *, end: Exception | None = None) -> None:
        self.more = threading.Event()
        self.waits = threading.Event()
        self.closed = threading.Event()
        self._frames = self._all(first, rest or [], end)

    def open(self) -> None:
        """Open."""

    def next_s(self) -> float | None:
        """Not known."""
        return None

    def read(self) -> Frame | None:
        """Take the next one."""
        return next(self._frames, None)

    def close(self) -> None:
        """Note it."""
        self.closed.set()

    def _all(self, first: list[Frame], rest: list[Frame], end: Exception | None) -> Iterator[Frame]:
        yield from first
        self.waits.set()
        self.more.wait(DEADLINE_S)
        yield from rest
        if end is not None:
            raise end


def frames(*held: bool) -> list[Frame]:
    """Make frames one second apart."""
    return [Frame(float(t_s), jpeg=b"x", held=mark) for t_s, mark in enumerate(held)]


def take(reader: NewestFrame) -> list[Frame | Ended | Gone]:
    """Wait for news and take it."""
    poll = select.poll()
    poll.register(reader.fileno(), select.POLLIN)
    assert poll.poll(1000 * DEADLINE_S)
    return reader.take()


def test_the_newest_frame_wins_and_the_others_are_counted() -> None:
    """Of three frames that were not taken only the last is returned; two are dropped; then there is no news."""
    source = GivenFrames(frames(False, False, False))
    reader = NewestFrame(source)
    reader.start()
    source.waits.wait(DEADLINE_S)
    news = take(reader)

    assert [frame.t_s for frame in news if isinstance(frame, Frame)] == [2.0]
    assert (reader.frames_read, reader.frames_dropped) == (3, 2)
    assert reader.take() == []
    source.more.set()
    assert reader.close()
    assert source.closed.is_set()


def test_a_repeat_in_place_of_its_picture_is_no_repeat() -> None:
    """When a picture is dropped for its held repeat, the repeat is news; a repeat of what was taken stays a repeat."""
    source = GivenFrames(frames(False, True), frames(True))
    reader = NewestFrame(source)
    reader.start()
    source.waits.wait(DEADLINE_S)
    (first,) = take(reader)
    source.more.set()
    later = take(reader)
    while not any(isinstance(news, Ended) for news in later):
        later += take(reader)

    assert isinstance(first, Frame)
    assert not first.held
    assert [frame.held for frame in later if isinstance(frame, Frame)] == [True]
    assert reader.close()


@pytest.mark.parametrize(("error", "news"), [(None, Ended()), (SourceError("unplugged"), Gone("unplugged"))])
def test_how_a_source_ends_is_reported_once(error: Exception | None, news: Ended | Gone) -> None:
    """The end or the loss of a source is reported, and its source is closed by the thread that used it."""
    source = GivenFrames([], end=error)
    reader = NewestFrame(source)
    reader.start()
    source.more.set()

    assert take(reader) == [news]
    assert source.closed.is_set()
    assert reader.take() == []
    assert reader.close()


def test_any_other_error_is_raised_where_news_is_taken() -> None:
    """A mistake in a source is not swallowed by its thread."""
    source = GivenFrames([], end=ZeroDivisionError("a mistake"))
    reader = NewestFrame(source)
    reader.start()
    source.more.set()

    with pytest.raises(ZeroDivisionError):
        take(reader)
    assert reader.close()


def test_a_source_that_hangs_is_left_behind(waiting: Waiting) -> None:
    """Closing does not wait longer than its timeout; it can be done again when the source comes back."""
    source = GivenFrames([])
    reader = NewestFrame(source)
    reader.start()

    assert not reader.close(timeout_s=0.05)
    source.more.set()
    assert waiting.until(reader.close)
