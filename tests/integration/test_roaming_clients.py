"""Clients that come and go as they like, on a daemon that is killed: `tests.bench.hub_trouble` in small."""

import pytest

from tests.bench.hub_trouble import wander


@pytest.mark.slow
@pytest.mark.timeout(120)
async def test_each_record_is_the_journal() -> None:
    """Closes, resets, silence and kill -9 leave each client with every event, once, in order, over all its connections."""
    is_whole = await wander(seconds=6, clients=12, seed=20261120)

    assert is_whole
