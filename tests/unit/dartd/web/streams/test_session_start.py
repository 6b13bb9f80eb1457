"""How a listener is let into the stream."""

import pytest

from dartd.auth.permissions import ANONYMOUS
from dartd.auth.principal import Principal
from dartd.web.streams.session_start import hello, parse_since, parse_topics, retry_ms
from schemas.events import ErrorMessage
from tests.support.station import Station
from tests.support.throws import hit


async def test_hello_says_how_far_the_stream_is(station: Station) -> None:
    """And that the board is simulated, who the client is, and when to come back."""
    await station.happen(hit())
    greeting = hello(station.services, "c7")

    assert (greeting.last_seq, greeting.stream_id, greeting.simulated, greeting.client_id) == (1, station.pipeline.stream_id, True, "c7")
    assert greeting.retry_ms >= 500


def test_many_clients_come_back_over_a_longer_time() -> None:
    """Each client is sent another moment; with ten thousand they spread over ten seconds and no more."""
    few, many = [retry_ms(10) for _ in range(200)], [retry_ms(10_000) for _ in range(200)]

    assert max(few) < 1100
    assert len(set(many)) > 150
    assert 5000 < max(many) < 11_000


@pytest.mark.parametrize(("text", "since", "errors"), [(None, None, 0), ("7", 7, 0), ("-1", None, 1), ("x", None, 1), ("9" * 19, None, 1)])
def test_a_place_is_read(text: str | None, since: int | None, errors: int) -> None:
    """What is no number is complained about."""
    found: list[ErrorMessage] = []

    assert (parse_since(text, found), len(found)) == (since, errors)


def test_topics_are_read() -> None:
    """What is no topic is complained about, and the default stands."""
    errors: list[ErrorMessage] = []

    anonymous = Principal(permissions=ANONYMOUS)
    assert set(parse_topics("match:*,board:b1", anonymous, errors)) == {"match:*", "board:b1"}
    assert (parse_topics("no topic", anonymous, errors), len(errors)) == (("board:*",), 1)
    assert (parse_topics("player:ada", anonymous, errors), len(errors)) == (("player:ada",), 2)
