"""Commands to other boards; their answers are in tests/integration/test_venue_fixtures.py and test_venue.py."""

from typing import Any

from dartd.outlets.nats.connection import LinkError, NatsLink
from dartd.outlets.nats.orders import NOT_CONNECTED, ask_board
from schemas.venue import VenueCommand


class _Link(NatsLink):
    """A link on which one answer comes, or none; `error` says why."""

    def __init__(self, answer: bytes | None, **error: Any) -> None:
        super().__init__()
        self._answer = answer
        self._error = error

    async def request(self, subject: str, payload: bytes, **_: Any) -> bytes:
        """Return the answer."""
        if self._answer is None:
            raise LinkError(f"no answer on {subject} to {payload!r}", **self._error)
        return self._answer


async def test_answer_that_is_none_is_no_answer() -> None:
    """It is not known then whether the command was executed."""
    command = VenueCommand(action="stop_match", match_id="m1")
    found = [await ask_board(_Link(answer), "main", "b", command) for answer in (None, b"{", b'{"status":200}')]

    assert [each and each.status for each in found] == [None, None, 200]


async def test_board_that_is_not_connected_has_not_got_the_command() -> None:
    """Which is known from the server of NATS at once."""
    reply = await ask_board(_Link(None, no_responders=True), "main", "b", VenueCommand(action="stop_match", match_id="m1"))

    assert reply is not None
    assert (reply.status, reply.code) == (503, NOT_CONNECTED)
