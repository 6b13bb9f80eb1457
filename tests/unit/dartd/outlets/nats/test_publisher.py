"""Batches of the publisher; tests/integration/test_venue.py publishes into a real stream."""

from dartd.outlets.nats.publisher import BATCH, _batches, _Message

_LARGEST = 1 << 20


def test_batches_are_bounded() -> None:
    """In count and in bytes, in order, and a large event goes alone."""
    small = [_Message("s", b"x", {}, seq) for seq in range(1, 2 * BATCH + 2)]
    large = [_Message("s", bytes(400_000), {}, seq) for seq in (1, 2)]

    assert [len(batch) for batch in _batches(small, _LARGEST)] == [BATCH, BATCH, 1]
    assert [message.seq for batch in _batches(small, _LARGEST) for message in batch] == list(range(1, 2 * BATCH + 2))
    assert [len(batch) for batch in _batches(large, _LARGEST)] == [1, 1]
    assert _batches([], _LARGEST) == []


def test_what_is_apart_is_no_part_of_a_batch() -> None:
    """An event that is too large must be alone, and one that a player was erased with must come after what is erased."""
    messages = [_Message("s", bytes(size), {}, seq) for seq, size in enumerate((1, 9, 9, 1, 1), 1)]
    erased = [*messages, _Message("s", b"x", {}, 6, "p"), _Message("s", b"x", {}, 7)]

    assert [[message.seq for message in batch] for batch in _batches(erased, 8)] == [[1], [2], [3], [4, 5], [6, 7]]
