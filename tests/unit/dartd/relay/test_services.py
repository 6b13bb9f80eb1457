"""The services of a relay."""

from schemas.events import Pong
from tests.support.relay_services import relay_services

_TOKEN = "a-token-for-the-relay"  # noqa: S105 - a test's


async def test_viewers_read_what_anyone_may_read() -> None:
    """Without anonymous reads only those with the token of the relay, and no one more than that."""
    opened, closed = relay_services(), relay_services(anonymous_reads=False, token=_TOKEN)

    assert opened.viewer(None).may("board:read")
    assert not opened.viewer(_TOKEN).may("board:control")
    assert [closed.viewer(token).may("board:read") for token in (None, "wrong", _TOKEN)] == [False, False, True]
    assert b'"timestamp"' in opened.encode(Pong(last_seq=1))
