"""Commands to other boards; their answers are in tests/integration/test_venue_fixtures.py and test_venue.py."""

from typing import Any

from dartd.outlets.nats.connection import LinkError, NatsLink
from dartd.outlets.nats.orders import ask_board
from schemas.venue import VenueCommand


class _Link(NatsLink):
    """A link on which one answer comes, or none."""

    def __init__(self, answer: bytes | None) -> None:
        super().__init__()
        self._answer = answer

    async def request(self, subject: str, payload: bytes, **_: Any) -> bytes:
        """Return the answer."""
        if self._answer is None:
            raise LinkError(f"no answer on {subject} to {payload!r}")
        return self._answer


async def test_answer_that_is_none_is_no_answer() -> None:
    """It is not known then whether the command was executed."""
    command = VenueCommand(action="stop_match", match_id="m1")
    found = [await ask_board(_Link(answer), "main", "b", command) for answer in (None, b"{", b'{"status":200}')]

    assert [each and each.status for each in found] == [None, None, 200]
