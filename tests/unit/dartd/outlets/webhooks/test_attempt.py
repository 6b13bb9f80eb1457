"""One request to a real receiver."""

import pytest

from dartd.outlets.webhooks.attempt import Attempt, Sender
from tests.support.receiver import Receiver, ok, running_receiver

NOW_S = 1_700_000_000.0


async def _post(receiver: Receiver, *, url: str | None = None, allow_private: bool = True, timeout_s: float = 20.0) -> Attempt:
    sender = await Sender.open(url or receiver.url, timeout_s=timeout_s, ssl_verify=True, allow_private=allow_private)
    try:
        return await sender.post(b"{}", {"webhook-id": "one"}, NOW_S)
    finally:
        await sender.close()


async def test_event_is_posted_with_the_name_of_the_host() -> None:
    """To path and query; the body is JSON."""
    async with running_receiver() as receiver:
        attempt = await _post(receiver, url=f"http://localhost:{receiver.port}/hook?a=1")
    (request,) = receiver.received

    assert (attempt.status, attempt.error, attempt.gone) == (200, None, False)
    assert request.path == "/hook?a=1"
    assert request.headers["host"] == f"localhost:{receiver.port}"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["webhook-id"] == "one"


@pytest.mark.parametrize(
    ("answer", "status", "retry_after_s", "gone"),
    [
        (ok("302 Found", Location="http://127.0.0.1:1/"), 302, None, False),
        (ok("400 Bad Request"), 400, None, False),
        (ok("410 Gone"), 410, None, True),
        (ok("429 Too Many Requests", Retry_After="17"), 429, 17.0, False),
        (ok("503 Service Unavailable", Retry_After="Tue, 14 Nov 2023 22:14:20 GMT"), 503, 60.0, False),
        (ok("503 Service Unavailable", Retry_After="soon"), 503, None, False),
        (ok("500 Internal Server Error", Retry_After="17"), 500, None, False),
        (None, None, None, False),
        (b"nonsense\r\n\r\n", None, None, False),
    ],
)
async def test_what_is_not_taken_is_an_error(answer: bytes | None, status: int | None, retry_after_s: float | None, gone: bool) -> None:  # noqa: FBT001 - a case
    """Redirects are not followed; only 429 and 503 say when to come back; 410 wants no more."""
    async with running_receiver() as receiver:
        receiver.answers.append(answer)
        attempt = await _post(receiver)

    assert (attempt.status, attempt.retry_after_s, attempt.gone) == (status, retry_after_s, gone)
    assert attempt.error
    assert len(receiver.received) == 1


async def test_a_receiver_without_an_answer_is_left() -> None:
    """After the timeout, also if it sends its answer byte by byte."""
    async with running_receiver() as receiver:
        receiver.answers.append(60.0)
        attempt = await _post(receiver, timeout_s=0.2)
    assert attempt.error == "no answer within 0.2 s"


async def test_private_address_is_refused_when_it_is_connected_to() -> None:
    """A name may have become another address since it was checked."""
    async with running_receiver() as receiver:
        attempt = await _post(receiver, url=f"http://localhost:{receiver.port}/", allow_private=False)
    assert "not public" in str(attempt.error)
    assert not receiver.received


async def test_closed_port_is_an_error() -> None:
    """Nothing listens."""
    async with running_receiver() as receiver:
        pass
    assert (await _post(receiver)).error
