"""The ring of recent events."""

from dartd.runtime.hub.ring import Entry, Ring


def _filled(count: int, *, max_events: int = 100, max_bytes: int = 10_000, size: int = 10) -> Ring:
    ring = Ring(max_events, max_bytes)
    for seq in range(1, count + 1):
        ring.push(Entry.of(seq, "board:main", b"x" * size))
    return ring


def test_an_entry_knows_its_json() -> None:
    """The frame is a header and the JSON, which can be had alone."""
    entry = Entry.of(1, "board:main", b"{}" * 100)

    assert (entry.frame[: entry.start], entry.payload) == (b"\x81\x7e\x00\xc8", b"{}" * 100)


def test_the_ring_gives_what_came_after_a_number() -> None:
    """In order, at most as many as wanted."""
    found = _filled(9).after(4, 3)

    assert found is not None
    assert [entry.seq for entry in found] == [5, 6, 7]


def test_nothing_comes_after_the_last() -> None:
    """That is no reason to look in the journal."""
    assert _filled(9).after(9, 3) == []


def test_what_is_older_than_the_ring_is_not_here() -> None:
    """The oldest are forgotten, by count."""
    ring = _filled(9, max_events=3)

    assert (ring.after(5, 10), len(ring.after(6, 10) or [])) == (None, 3)


def test_the_ring_is_bounded_by_bytes() -> None:
    """The oldest are forgotten, by size."""
    ring = _filled(9, max_bytes=50, size=10)

    assert (len(ring.entries), ring.bytes) == (4, 48)


def test_a_cleared_ring_refers_to_the_journal() -> None:
    """What was erased from the journal must not come from the ring."""
    ring = _filled(9)
    ring.clear()
    cleared = (ring.after(0, 10), ring.bytes)
    ring.push(Entry.of(10, "board:main", b"x"))

    assert cleared == (None, 0)
    assert (ring.after(8, 10), len(ring.after(9, 10) or [])) == (None, 1)
