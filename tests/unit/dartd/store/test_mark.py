"""The mark in a lock file."""

import pytest

from dartd.store.mark import Mark, mark_of, noted


def test_what_is_noted_is_read_back() -> None:
    """The lines of a lock file must give the mark that was noted; without one there is none."""
    assert mark_of(noted(7, Mark("s", 3)).splitlines()) == Mark("s", 3)
    assert mark_of(noted(7, None).splitlines()) is None


@pytest.mark.parametrize("lines", [[], ["7"], ["7", "s"], ["7", "s x"], ["7", "checkpoint 9"]])
def test_what_is_no_mark_is_none(lines: list[str]) -> None:
    """A file that was cut, or has something else in its place, must give none."""
    assert mark_of(lines, other="checkpoint") is None
