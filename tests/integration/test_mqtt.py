"""MQTT through a real broker: nothing is lost, nothing of the past is repeated, and Home Assistant finds the board."""

import asyncio
import json
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiomqtt
import msgspec
import pytest

from dartd.config import MqttConfig
from schemas.base import DartId, VisitId
from schemas.events import TakeoutFinished, VisitCompleted, VisitThrow
from tests.support.alert_log import AlertLog
from tests.support.daemon import RunningDaemon, free_port
from tests.support.http_client import http_client
from tests.support.mosquitto import Mosquitto
from tests.support.nginx import certificate
from tests.support.station import CONFIG, TOKEN, running_station
from tests.support.throws import hit
from tests.support.waiting import Waiting

_TOKEN = "a-token-for-the-operator"  # noqa: S105  a test's


class _Subscriber:
    """A client whose session the broker keeps, with all that it has received."""

    def __init__(self, broker: Mosquitto) -> None:
        self._broker = broker
        self.messages: list[tuple[str, Any, bool]] = []
        self.client: aiomqtt.Client | None = None

    async def run(self) -> None:
        while True:
            try:
                async with aiomqtt.Client("127.0.0.1", self._broker.port, identifier="test", clean_session=False) as client:
                    self.client = client
                    await client.subscribe("#", qos=1)
                    async for message in client.messages:
                        self.messages.append((str(message.topic), _plain(message.payload), message.retain))
            except aiomqtt.MqttError:
                await asyncio.sleep(0.05)

    @property
    def resets(self) -> set[int]:
        return {each["seq"] for each in self.of("dartd/main/event") if each["event_type"] == "board_reset"}

    def of(self, topic: str) -> list[Any]:
        return [payload for each, payload, _ in self.messages if each == topic]


def _plain(payload: Any) -> Any:
    text = bytes(payload).decode()
    return json.loads(text) if text.startswith("{") else text


@asynccontextmanager
async def _subscribed(broker: Mosquitto) -> AsyncIterator[_Subscriber]:
    subscriber = _Subscriber(broker)
    running = asyncio.ensure_future(subscriber.run())
    try:
        await Waiting().soon(lambda: subscriber.client is not None)
        yield subscriber
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def _config(broker: Mosquitto, **more: Any) -> Any:
    return msgspec.structs.replace(CONFIG, mqtt=MqttConfig(url=broker.url, **more))


async def test_home_assistant_finds_a_board_and_commands_it(tmp_path: Path, waiting: Waiting) -> None:
    """Discovery, availability and state are retained, events and triggers never; commands count, retained ones do not."""
    with Mosquitto(tmp_path / "broker") as broker:
        async with _subscribed(broker) as home:
            await waiting.soon(lambda: home.client is not None)
            async with running_station(tmp_path, config=_config(broker, commands=True)) as station:
                await waiting.soon(lambda: home.of("dartd/main/availability") == ["online"])
                await station.happen(*(hit(f"d{k}", k, visit="v") for k in (1, 2, 3)))
                throws = tuple(VisitThrow(dart_number=k, dart_id=DartId(f"d{k}"), label="T20", points=60) for k in (1, 2, 3))
                await station.happen(
                    VisitCompleted(visit_id=VisitId("v"), throws=throws, total=180, reason="three_darts"),
                    TakeoutFinished(visit_id=VisitId("v")),
                )
                await waiting.soon(lambda: home.of("dartd/main/trigger")[-1:] == ["takeout_finished"])
                assert home.client is not None
                await home.client.publish("homeassistant/status", "online", qos=1)
                await waiting.soon(lambda: len(home.of("homeassistant/device/dartd_main/config")) == 2)
                await home.client.publish("dartd/main/command", "calibrate now", qos=1)
                await home.client.publish("dartd/main/command", '{"action": "stop"}', qos=1)
                await waiting.soon(lambda: station.pipeline.snapshot().status == "stopped")
                await waiting.soon(lambda: home.of("dartd/main/state")[-1]["status"] == "stopped")
                await home.client.publish("dartd/main/command", "start", qos=1, retain=True)
                await waiting.soon(lambda: station.pipeline.snapshot().status == "throw")
            await waiting.soon(lambda: home.of("dartd/main/availability")[-1] == "offline")
            (tmp_path / "later").mkdir()
            late = _Subscriber(broker)
            async with aiomqtt.Client("127.0.0.1", broker.port) as client:
                await client.subscribe("#", qos=1)
                await client.publish("end", "end", qos=1)
                async for message in client.messages:
                    if str(message.topic) == "end":
                        break
                    late.messages.append((str(message.topic), _plain(message.payload), message.retain))

    device = home.of("homeassistant/device/dartd_main/config")[0]
    events = home.of("dartd/main/event")
    assert device["device"]["identifiers"] == ["dartd_main"]
    assert {each["platform"] for each in device["components"].values()} == {
        "sensor",
        "binary_sensor",
        "event",
        "device_automation",
        "switch",
        "button",
    }
    assert [each["event_type"] for each in events][:5] == ["dart_hit"] * 3 + ["visit_completed", "takeout_finished"]
    assert [each["seq"] for each in events] == sorted({each["seq"] for each in events})
    assert {each["event_type"] for each in events} <= set(device["components"]["dart"]["event_types"])
    assert home.of("dartd/main/trigger") == ["dart", "dart", "dart", "180", "takeout_finished"]
    assert not any(retained for topic, _, retained in home.messages if topic in {"dartd/main/event", "dartd/main/trigger"})
    assert {topic for topic, _, _ in late.messages} == {
        "homeassistant/device/dartd_main/config",
        "dartd/main/availability",
        "dartd/main/state",
        "dartd/main/cameras",
        "dartd/main/command",
    }


async def test_nothing_is_lost_while_the_broker_is_down(tmp_path: Path, waiting: Waiting, caplog: pytest.LogCaptureFixture) -> None:
    """Events wait in the journal, also over a restart of the daemon, and come once, in order; the log says so once."""
    caplog.set_level(logging.WARNING, "dartd.outlets.mqtt")
    with Mosquitto(tmp_path / "broker") as broker:
        async with _subscribed(broker) as home:
            async with running_station(tmp_path, config=_config(broker)) as station:
                await waiting.soon(lambda: home.of("dartd/main/availability") == ["online"])
                await station.happen(hit("d1", 1))
                await waiting.soon(lambda: len(home.of("dartd/main/event")) == 1)
                broker.stop()
                for k in range(2, 60):
                    await station.happen(hit(f"d{k}", 1, visit=f"v{k}"))
            async with running_station(tmp_path, config=_config(broker)) as station:
                await station.happen(hit("d60", 1, visit="v60"))
                await waiting.soon(lambda: "events wait in the journal" in caplog.text)
                away = station.services.outlets.figures()[0]
                broker.start()
                await waiting.soon(lambda: len(home.of("dartd/main/event")) >= 60)
                await station.happen(hit("d61", 1, visit="v61"))
                await waiting.soon(lambda: home.of("dartd/main/event")[-1]["dart_id"] == "d61")
                await waiting.soon(lambda: station.services.outlets.figures()[0].waiting == 0)
                back = station.services.outlets.figures()[0]
                async with http_client(station.http) as http:
                    health = [(await http.get(path)).json()["outlets"] for path in ("/health", "/health/deep")]

    assert (away.connected, bool(away.problem), back.connected, back.published, back.dropped) == (False, True, True, 60, 0)
    assert health[0] == [{"name": "mqtt", "connected": True, "waiting": 0, "dropped": 0}]
    assert (health[1]["status"], health[1]["connected"], health[1]["total"]) == ("ok", 1, 1)
    assert [each["dart_id"] for each in home.of("dartd/main/event")] == [f"d{k}" for k in range(1, 62)]


async def test_a_killed_daemon_is_offline_and_goes_on_where_it_was(tmp_path: Path, waiting: Waiting) -> None:
    """The broker publishes the will; what was on its way is published once more at most."""
    port = free_port()
    config = tmp_path / "dartd.toml"
    # without a camera a start takes a second
    config.write_text(f'state_dir = "{tmp_path / "state"}"\n[server]\nhost = "127.0.0.1"\nport = {port}\n')
    with Mosquitto(tmp_path / "broker") as broker:
        environ = {"DARTD_MQTT_URL": broker.url, "DARTD_AUTH_TOKEN": _TOKEN}
        async with _subscribed(broker) as home:
            with RunningDaemon(config, port, environ=environ) as daemon:
                await asyncio.to_thread(daemon.until_ready)
                await waiting.soon(lambda: home.of("dartd/main/availability")[-1:] == ["online"])
                for _ in range(6):
                    await asyncio.to_thread(daemon.ask, "reset", _TOKEN)
                await asyncio.to_thread(daemon.end, signal.SIGKILL)
            await waiting.soon(lambda: home.of("dartd/main/availability")[-1:] == ["offline"])
            with RunningDaemon(config, port, environ=environ) as daemon:
                await asyncio.to_thread(daemon.until_ready)
                await asyncio.to_thread(daemon.ask, "reset", _TOKEN)
                await waiting.soon(lambda: len(home.resets) == 7)

    seqs = [each["seq"] for each in home.of("dartd/main/event")]
    assert len(seqs) - len(set(seqs)) <= 32  # what was on its way when it was killed
    assert list(dict.fromkeys(seqs)) == sorted(set(seqs))


async def test_a_broker_that_is_away_raises_an_alert(tmp_path: Path) -> None:
    """It says where the broker is and what waits for it, and ends when the broker is back."""
    port, log = free_port(), AlertLog()
    config = tmp_path / "dartd.toml"
    rule = '[[alerts.rules]]\nname = "outlet_down"\nabove = 0.5\n'
    config.write_text(f'state_dir = "{tmp_path / "state"}"\n[server]\nhost = "127.0.0.1"\nport = {port}\n{rule}')
    broker = Mosquitto(tmp_path / "broker")
    with RunningDaemon(config, port, environ={"DARTD_MQTT_URL": broker.url, "DARTD_AUTH_TOKEN": TOKEN}) as daemon:
        await asyncio.to_thread(daemon.until_ready)
        listening = asyncio.create_task(log.listen(port))
        raised = await log.until("outlet_down")
        await asyncio.to_thread(broker.start)
        await log.until("outlet_down", "resolved")
        await asyncio.to_thread(broker.stop)
        listening.cancel()

    assert f"MQTT has not reached {broker.url}" in raised["message"]
    assert "{" not in raised["message"]
    assert len(log.alerts("outlet_down", "pending")) == 1


async def test_a_broker_wants_a_certificate_and_a_login(tmp_path: Path, waiting: Waiting, caplog: pytest.LogCaptureFixture) -> None:
    """TLS with an authority of one's own; a wrong password is logged and never shown."""
    cert = certificate(tmp_path)
    password = tmp_path / "password"
    password.write_text("s3cret\n")
    (tmp_path / "wrong").write_text("another-s3cret")
    login = {"username": "dartd", "tls_ca": str(cert[0])}
    with Mosquitto(tmp_path / "broker", cert=cert, login=("dartd", "s3cret")) as broker:
        (tmp_path / "a").mkdir()
        async with running_station(tmp_path / "a", config=_config(broker, password_file=str(tmp_path / "wrong"), **login)):
            await waiting.soon(lambda: "events wait in the journal" in caplog.text)
        async with running_station(tmp_path / "a", config=_config(broker, password_file=str(password), **login)):
            await waiting.soon(lambda: "u'dartd'" in broker.log)

    assert "s3cret" not in caplog.text
