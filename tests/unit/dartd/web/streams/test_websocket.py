"""The WebSocket, as clients meet it."""

import asyncio
import json
import random
import socket
import struct
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest
import websockets

from dartd.web.streams.transport import EXTENSION, MessageSender
from tests.support.people import make_user
from tests.support.station import CONFIG, TOKEN, Station, running_station
from tests.support.throws import hit
from tests.support.waiting import Waiting
from tests.support.websocket_client import Connect, WebSocketClient, unread_client


async def test_a_client_is_greeted_and_receives_everything_without_asking(station: Station, connect: Connect) -> None:
    """Hello, snapshot, then each event."""
    listener = await connect()
    hello, snapshot = await listener.receive(), await listener.receive()
    await station.happen(hit())
    event = await listener.receive()

    assert (hello["event_type"], hello["stream_id"], hello["simulated"]) == ("hello", station.pipeline.stream_id, True)
    assert (snapshot["event_type"], snapshot["last_seq"]) == ("snapshot", 0)
    assert (event["event_type"], event["seq"], event["topic"], event["score"]["label"]) == ("dart_hit", 1, "board:main", "T20")


async def test_every_message_is_flat_and_timed(station: Station, connect: Connect) -> None:
    """Each has `event_type` and a timestamp in UTC with milliseconds; what is not journalled has no `seq`."""
    listener = await connect()
    await station.happen(hit())
    await listener.send(action="ping")
    messages = [await listener.receive() for _ in range(4)]

    assert all(len(message["timestamp"]) == 24 and message["timestamp"].endswith("Z") for message in messages)
    assert [message["event_type"] for message in messages if "seq" in message] == ["dart_hit"]


@pytest.mark.slow
async def test_snapshot_and_stream_agree_under_fire(station: Station, connect: Connect) -> None:
    """What the snapshot knows is not sent again, and nothing between is lost."""
    enough = asyncio.Event()

    async def fire() -> None:
        while not enough.is_set():
            await station.happen(hit(f"d{station.hub.last_seq}"))

    firing = asyncio.ensure_future(fire())
    for _ in range(5):
        listener = await connect()
        await listener.receive()
        snapshot = await listener.receive()
        first = await listener.receive()

        assert first["seq"] == snapshot["last_seq"] + 1
        assert len(snapshot["darts"]) == snapshot["last_seq"]
    enough.set()
    await firing


async def test_missed_events_come_with_since(station: Station, connect: Connect) -> None:
    """`?since=` gives what was missed, in order, once, before what comes."""
    await station.happen(*(hit(f"d{k}") for k in range(5)))
    listener = await connect("?since=2")
    started = await listener.receive_types(2)
    await station.happen(hit("d6"))

    assert started == ["hello", "snapshot"]
    assert await listener.receive_seqs(4) == [3, 4, 5, 6]


@pytest.mark.parametrize("message", [{"action": "resume", "since": 1}, {"action": "resume", "seq": 1}, {"type": "resume", "last_seq": 1}])
async def test_a_first_message_resumes(station: Station, connect: Connect, message: dict[str, Any]) -> None:
    """A client may say where it was in its first message, in the words it knows."""
    await station.happen(*(hit(f"d{k}") for k in range(3)))
    listener = await connect()
    await listener.send(**message)
    firing = asyncio.ensure_future(station.happen(hit("d4")))

    assert await listener.receive_seqs(3) == [2, 3, 4]
    await firing


@pytest.mark.parametrize(("query", "reason"), [("?since=99", "future"), ("?since=1&stream_id=another", "other_stream")])
async def test_what_cannot_be_resumed_is_a_gap(station: Station, connect: Connect, query: str, reason: str) -> None:
    """A number of the future or of another stream: gap, then snapshot, then live."""
    await station.happen(hit("d1"), hit("d2"))
    listener = await connect(query)
    hello, gap, snapshot = await listener.receive(), await listener.receive(), await listener.receive()
    await station.happen(hit("d3"))

    assert (hello["event_type"], gap["event_type"], snapshot["event_type"]) == ("hello", "gap", "snapshot")
    assert (gap["reason"], gap["last_seq"]) == (reason, 2)
    assert await listener.receive_seqs(1) == [3]


@pytest.mark.parametrize(
    "message", [{"action": "resume", "since": 99}, {"action": "resume", "since": 0, "stream_id": "another"}], ids=["future", "other"]
)
async def test_a_first_message_may_meet_a_gap(station: Station, connect: Connect, message: dict[str, Any]) -> None:
    """The same by message."""
    await station.happen(hit("d1"))
    listener = await connect()
    await listener.send(**message)
    types = await listener.receive_types(4)
    await station.happen(hit("d2"))

    assert types == ["hello", "snapshot", "gap", "snapshot"]
    assert await listener.receive_seqs(1) == [2]


@pytest.mark.slow
async def test_a_client_puts_its_record_together_over_restarts(tmp_path: Path) -> None:
    """Over two daemons on one journal a client that resumes has every event once."""
    received: list[int] = []
    port = 0
    for turn in range(2):
        async with running_station(tmp_path, port=port) as station:
            port = station.port
            await station.happen(hit(f"{turn}-0"))
            async with websockets.connect(f"{station.ws}?since={received[-1] if received else 0}", proxy=None) as connection:
                await station.happen(hit(f"{turn}-1"))
                received += await WebSocketClient(connection).receive_seqs(2)
            await station.happen(hit(f"{turn}-2"))
    async with running_station(tmp_path) as station, websockets.connect(f"{station.ws}?since={received[-1]}", proxy=None) as connection:
        received += await WebSocketClient(connection).receive_seqs(2)

    assert received == [1, 2, 3, 4, 5, 6]


@pytest.mark.slow
async def test_a_slow_client_loses_nothing(station: Station, connect: Connect) -> None:
    """A client that reads late gets all, more than its queue and the ring hold, in order; the quick one is not held up."""
    slow, quick = await connect(), await connect()
    count = 600
    for k in range(count):
        await station.happen(hit(f"d{k}"))
    quick_seqs = await quick.receive_seqs(count)

    assert quick_seqs == list(range(1, count + 1))
    assert await slow.receive_seqs(count) == list(range(1, count + 1))


async def test_a_ping_is_answered(connect: Connect) -> None:
    """`ping` by `action` or `type`."""
    listener = await connect()
    await listener.receive_types(2)
    await listener.send(action="ping")
    await listener.send(type="ping")

    assert await listener.receive_types(2) == ["pong", "pong"]


async def test_topics_are_chosen_at_connect(station: Station, connect: Connect) -> None:
    """`?topics=` replaces the default."""
    listener = await connect("?topics=match:*,camera:*")
    await listener.receive_types(2)
    await station.happen(hit())
    await listener.send(action="ping")

    assert await listener.receive_types(1) == ["pong"]


async def test_topics_are_subscribed_and_unsubscribed(station: Station, connect: Connect) -> None:
    """The default may be dropped and taken again."""
    listener = await connect()
    await listener.send(action="unsubscribe", topics=["board:*"])
    await listener.send(action="ping")
    await listener.receive_types(3)
    await station.happen(hit("d1"))
    await listener.send(type="subscribe", channels=["board:main"])
    await listener.send(action="ping")
    await listener.receive_types(1)
    await station.happen(hit("d2"))

    assert await listener.receive_seqs(1) == [2]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"action": "ping', "INVALID_JSON"),
        ("[1]", "VALIDATION_ERROR"),
        ('{"action": "dance"}', "UNKNOWN_ACTION"),
        ('{"type": "dance"}', "UNKNOWN_ACTION"),
        ('{"action": "resume", "since": -1}', "VALIDATION_ERROR"),
        ('{"action": "subscribe", "topic": "no topic"}', "VALIDATION_ERROR"),
        ('{"action": "subscribe", "topic": "webhooks"}', "AUTH_INSUFFICIENT_PERMISSIONS"),
        ('{"action": "reset"}', "AUTH_INSUFFICIENT_PERMISSIONS"),
    ],
)
async def test_a_bad_message_gets_an_error_and_the_connection_stays(connect: Connect, text: str, code: str) -> None:
    """An error with a code; the next message is handled as usual."""
    listener = await connect()
    await listener.receive_types(2)
    await listener.socket.send(text)
    error = await listener.receive()
    await listener.send(action="ping")

    assert (error["event_type"], error["code"]) == ("error", code)
    assert await listener.receive_types(1) == ["pong"]


@pytest.mark.slow
@pytest.mark.parametrize("query", ["?since=abc", "?since=-1", "?topics=no%20topic"])
async def test_a_bad_query_gets_an_error_and_is_served_all_the_same(connect: Connect, query: str) -> None:
    """What cannot be decoded is answered with an error, the rest works."""
    listener = await connect(query)
    types = await listener.receive_types(3)

    assert types == ["hello", "snapshot", "error"]


async def test_a_binary_message_closes_with_1003(connect: Connect) -> None:
    """RFC 6455: a type of data that is not accepted."""
    listener = await connect()
    await listener.socket.send(b"\x00")

    assert (await listener.until_closed())[0] == 1003


async def test_a_message_that_is_too_long_closes_with_1009(connect: Connect) -> None:
    """RFC 6455: too big to process."""
    listener = await connect()
    await listener.socket.send('{"action": "' + "x" * 70_000 + '"}')

    assert (await listener.until_closed())[0] == 1009


@pytest.mark.parametrize("how", ["query", "header"])
async def test_a_wrong_token_closes_with_4001(connect: Connect, how: str) -> None:
    """Accepted first, so that a browser sees the code."""
    listener = await connect("?token=wrong") if how == "query" else await connect(additional_headers={"Authorization": "Bearer wrong"})

    assert await listener.until_closed() == (4001, "Unauthorized")


@pytest.mark.parametrize("how", ["query", "header", "message"])
async def test_an_operator_commands_by_message(station: Station, connect: Connect, how: str) -> None:
    """With the token `reset` is done, and published as an event."""
    if how == "query":
        listener = await connect(f"?token={TOKEN}")
    else:
        listener = await connect(additional_headers={"Authorization": f"Bearer {TOKEN}"} if how == "header" else {})
    await listener.receive_types(2)
    if how == "message":
        await listener.send(action="auth", token=TOKEN)
    await listener.send(action="reset")
    event = await listener.receive()

    assert (event["event_type"], event["user_id"], event["seq"]) == ("board_reset", "key:operator", station.hub.last_seq)


async def test_a_refused_command_is_an_error(connect: Connect) -> None:
    """What the board cannot do is answered with its reason."""
    listener = await connect(f"?token={TOKEN}")
    await listener.receive_types(2)
    await listener.send(action="start")
    error = await listener.receive()

    assert (error["code"], error["details"]) == ("STATE_CONFLICT", {"status": "throw"})


async def test_corrections_are_limited(connect: Connect) -> None:
    """Corrections over the WebSocket must count against `limits.corrections`; other commands must not."""
    listener = await connect(f"?token={TOKEN}")
    await listener.receive_types(2)
    codes = []
    for _ in range(CONFIG.limits.corrections + 1):
        await listener.send(action="correct", operation="delete", dart_id="d000001")
        codes.append((await listener.receive())["code"])
    await listener.send(action="start")
    other = await listener.receive()

    assert codes == ["RESOURCE_NOT_FOUND"] * CONFIG.limits.corrections + ["RATE_LIMIT_EXCEEDED"]
    assert other["code"] == "STATE_CONFLICT"


async def test_readers_without_token_are_let_in_by_their_first_message(tmp_path: Path) -> None:
    """Where reading needs a token, nothing is sent before it is presented."""
    config = msgspec.structs.replace(CONFIG, auth=msgspec.structs.replace(CONFIG.auth, anonymous_reads=False))
    async with running_station(tmp_path, config=config) as station, websockets.connect(station.ws, proxy=None) as connection:
        listener = WebSocketClient(connection)
        await station.happen(hit())
        await listener.send(action="auth", token=TOKEN)

        assert await listener.receive_types(2) == ["hello", "snapshot"]


async def test_a_heart_beats(tmp_path: Path) -> None:
    """A quiet connection receives heartbeats regularly."""
    config = msgspec.structs.replace(CONFIG, ws=msgspec.structs.replace(CONFIG.ws, heartbeat_s=0.05))
    async with running_station(tmp_path, config=config) as station, websockets.connect(station.ws, proxy=None) as connection:
        assert await WebSocketClient(connection).receive_types(4) == ["hello", "snapshot", "heartbeat", "heartbeat"]


async def test_the_subprotocol_is_agreed(connect: Connect) -> None:
    """A client that asks for `dartd.v1` gets it."""
    listener = await connect(subprotocols=[websockets.Subprotocol("dartd.v1")])

    assert listener.socket.subprotocol == "dartd.v1"


@pytest.mark.parametrize("how", ["clean", "reset"])
async def test_who_leaves_is_forgotten_at_once(station: Station, waiting: Waiting, caplog: pytest.LogCaptureFixture, how: str) -> None:
    """A close or an RST frees seat and subscription, and logs nothing."""
    for _ in range(20):
        connection = await websockets.connect(station.ws, proxy=None)
        if how == "clean":
            await connection.close()
        else:
            raw = connection.transport.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.transport.abort()
    await station.happen(hit())
    await waiting.soon(lambda: station.services.clients.connected == 0)

    assert station.hub.statistics().clients == 0
    assert [record for record in caplog.records if record.levelname in {"WARNING", "ERROR"}] == []


@pytest.mark.slow
async def test_a_client_that_takes_nothing_is_let_go(tmp_path: Path, waiting: Waiting) -> None:
    """After `ws.stall_timeout_s` its socket is aborted; meanwhile the others receive everything."""
    config = msgspec.structs.replace(CONFIG, ws=msgspec.structs.replace(CONFIG.ws, stall_timeout_s=0.3))
    async with running_station(tmp_path, config=config) as station, websockets.connect(station.ws, proxy=None) as other:
        stuck = await unread_client(station.port)
        listener = WebSocketClient(other)
        await waiting.soon(lambda: station.services.clients.connected == 2)
        count = 0
        while station.services.clients.stalled == 0:
            await station.happen(*(hit(f"d{count + k}") for k in range(50)))
            count += 50
            assert await listener.receive_seqs(50) == list(range(count - 49, count + 1))
        await waiting.soon(lambda: station.services.clients.connected == 1)
        stuck.close()


async def test_another_server_without_our_wire_serves_the_same() -> None:
    """Where the transport is not lent, messages go out one by one as ASGI knows them."""
    sent: list[str] = []

    class Plain:
        """What a server without our extension offers."""

        scope: dict[str, Any] = {"extensions": {}}  # noqa: RUF012  never changed

        async def send_text(self, text: str) -> None:
            """Send."""
            sent.append(text)

    assert EXTENSION not in Plain.scope["extensions"]
    await MessageSender(Plain(), stall_timeout_s=1).send([b"one", b"two"])  # type: ignore[arg-type]  # as much of a WebSocket as a line needs

    assert sent == ["one", "two"]


async def test_a_client_that_sends_too_much_gets_an_error(connect: Connect) -> None:
    """Messages over the limit are refused one by one, and a flood of them ends the connection with 1008."""
    listener, at_once = await connect(), CONFIG.ws.messages_at_once
    await listener.receive_types(2)
    for _ in range(at_once + 50):
        await listener.send(action="ping")
    received = await listener.receive_types(at_once + 50)
    with suppress(websockets.ConnectionClosed):
        for _ in range(3000):
            await listener.send(action="ping")
    closing = await listener.until_closed()

    assert received[:at_once] == ["pong"] * at_once
    assert "error" in received[at_once:]
    assert closing == (1008, "too many messages")


async def test_how_much_a_client_may_say_is_configured(tmp_path: Path) -> None:
    """The limits are those of the configuration, and the refusal names them."""
    config = msgspec.structs.replace(CONFIG, ws=msgspec.structs.replace(CONFIG.ws, messages_per_s=1, messages_at_once=3))
    async with running_station(tmp_path, config=config) as station, websockets.connect(station.ws, proxy=None) as connection:
        listener = WebSocketClient(connection)
        await listener.receive_types(2)
        for _ in range(4):
            await listener.send(action="ping")
        received = [await listener.receive() for _ in range(4)]

    assert [each["event_type"] for each in received] == ["pong", "pong", "pong", "error"]
    assert (received[3]["code"], received[3]["details"]["limit"]) == ("RATE_LIMIT_EXCEEDED", 1)


@pytest.mark.slow
async def test_no_message_makes_us_stumble(station: Station, connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever a client says, it is answered or ends with a close code; nothing of it is an error in our log."""
    chance = random.Random(20261120)
    words: list[Any] = [
        "ping",
        "subscribe",
        "resume",
        "presence",
        "auth",
        "reset",
        "correct",
        None,
        -1,
        2**70,
        1e308,
        [],
        {},
        "\ud800",
        "*" * 200,
    ]
    names = ["action", "type", "topic", "topics", "channels", "since", "seq", "token", "name", "stream_id", "label", "operation"]
    listener = await connect()
    for _ in range(300):
        message = {name: chance.choice(words) for name in chance.sample(names, chance.randrange(6))}
        text = json.dumps(message)
        if chance.random() < 0.2:
            text = text[: chance.randrange(len(text) + 1)]
        try:
            await listener.socket.send(text)
        except websockets.ConnectionClosed:
            assert listener.socket.close_code in {1008, 4001}
            listener = await connect()

    assert [record for record in caplog.records if record.levelname in {"WARNING", "ERROR"}] == []
    assert station.services.clients.connected >= 1


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Administrator", "RESOURCE_ALREADY_EXISTS"),
        (" ADMINistrator", "RESOURCE_ALREADY_EXISTS"),
        ("\uff21dministrator", "RESOURCE_ALREADY_EXISTS"),
        ("administrator", "RESOURCE_ALREADY_EXISTS"),
        ("A\u202eda", "VALIDATION_ERROR"),
        ("A\nda", "VALIDATION_ERROR"),
    ],
)
async def test_a_presence_cannot_pretend_to_be_an_account(station: Station, connect: Connect, name: str, code: str) -> None:
    """The names of accounts are for their users only, however they are written."""
    await make_user(station, "admin", username="administrator")
    ear = await connect()
    await ear.receive_types(2)
    await ear.send(action="presence", topic="board:main", name=name)
    refused = await ear.receive()

    assert (refused["event_type"], refused["code"]) == ("error", code)
