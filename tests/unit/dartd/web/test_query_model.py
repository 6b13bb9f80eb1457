"""A language model, as a real HTTP server that says what a test wants it to."""

import json

import pytest

from dartd.config.club import QueryConfig
from dartd.web.query_model import rephrase
from tests.support.receiver import Receiver, ok, running_receiver

OURS = "Ann, today: average 65.32 (480 darts)."


def said(text: str) -> bytes:
    """Return a completion as OpenAI's API answers it."""
    body = json.dumps({"id": "x", "choices": [{"index": 0, "message": {"role": "assistant", "content": text}}]}).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


async def _ask(receiver: Receiver, answer: bytes | float | None, **config: object) -> str | None:
    receiver.answers.append(answer)
    url = f"http://127.0.0.1:{receiver.port}/v1/"
    return await rephrase(QueryConfig(model_url=url, model="m", model_key="secret", **config), "how?", OURS, "de")  # type: ignore[arg-type]  # by name


async def test_only_our_numbers_are_taken(caplog: pytest.LogCaptureFixture) -> None:
    """A friendly answer with our numbers; none with others, none that is endless, broken, late or missing."""
    async with running_receiver() as receiver:
        friendly = await _ask(receiver, said("Great, Ann: 65.32 with 480 darts!"))
        others = [
            await _ask(receiver, answer)
            for answer in (
                said("Ann averages 99.99."),
                said("65.32 and seven more"),
                said("65.32 " + "very " * 200),
                said(""),
                said("65.32, 480").replace(b"65", b"\xff\xff"),  # not UTF-8
                ok(),
                ok("500 Bad"),
            )
        ]
        endless = await _ask(receiver, said("65.32" + " " * 70_000))
        broken = await _ask(receiver, None)
        late = await _ask(receiver, 5.0, timeout_s=0.05)
        request = receiver.received[0]
    refused = await rephrase(QueryConfig(model_url=f"http://127.0.0.1:{receiver.port}"), "how?", OURS, "en")

    assert friendly == "Great, Ann: 65.32 with 480 darts!"
    assert (others, endless, broken, late, refused) == ([None] * 7, None, None, None, None)
    assert (request.path, request.headers["authorization"], request.event["model"]) == ("/v1/chat/completions", "Bearer secret", "m")
    assert "secret" not in caplog.text
    assert await rephrase(QueryConfig(), "how?", OURS, "en") is None
