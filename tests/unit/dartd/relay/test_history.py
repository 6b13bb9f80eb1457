"""Events that are read from the stream; tests/integration/test_venue.py has a real one."""

import pytest

from dartd.errors import StoreUnavailableError
from dartd.relay.history import StreamHistory


async def test_without_a_connection_nothing_is_read() -> None:
    """A viewer must not take that for the end of the journal."""
    with pytest.raises(StoreUnavailableError):
        await StreamHistory("DARTD", "main").read("b1", "s", 0, 10)
