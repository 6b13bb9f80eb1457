"""Batches of the publisher; tests/integration/test_venue.py publishes into a real stream."""

from dartd.outlets.nats.publisher import BATCH, _batches, _Message


def test_batches_are_bounded() -> None:
    """In count and in bytes, in order, and a large event goes alone."""
    small = [_Message("s", b"x", {}, seq) for seq in range(1, 2 * BATCH + 2)]
    large = [_Message("s", bytes(400_000), {}, seq) for seq in (1, 2)]

    assert [len(batch) for batch in _batches(small)] == [BATCH, BATCH, 1]
    assert [message.seq for batch in _batches(small) for message in batch] == list(range(1, 2 * BATCH + 2))
    assert [len(batch) for batch in _batches(large)] == [1, 1]
    assert _batches([]) == []
