"""The connection to a broker: events in order from a position of its own, state when it has changed, commands if they are switched on.

An event is published with QoS 1, and its seq stored when the broker has it: nothing is lost while the broker is away or when the daemon is
killed, and what was on its way then is published once more, as QoS 1 allows.
"""

import asyncio
import contextlib
import logging
import random
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, NoReturn, Protocol
from urllib.parse import urlsplit

import anyio
import msgspec

from dartd.backoff import Backoff
from dartd.config import Config
from dartd.errors import DartdError
from dartd.extras import load
from dartd.outlets.mqtt.discovery import device_message, discovery_topic
from dartd.outlets.mqtt.messages import PUBLISHED, cameras_of, command_of, state_of, topics_of, triggers_of
from dartd.runtime.hub.hub import GapError, Hub
from dartd.runtime.hub.subscription import Subscription
from dartd.runtime.outlet_states import OutletStates
from dartd.runtime.queued import CommandHook
from dartd.runtime.workers.rig import CameraRig
from dartd.store.audit import AuditEntry, append_entry
from dartd.store.database import Database
from dartd.store.metadata import recall, store_value
from schemas.base import CameraId
from schemas.codec import decode_journalled, encode_json
from schemas.commands import AnyCommand
from schemas.events import Envelope, Snapshot

_log = logging.getLogger(__name__)

POSITION: Final = "mqtt_position"  # the key in the store: stream and seq
TIMEOUT_S: Final = 10.0  # in which the broker takes a message
KEEPALIVE_S: Final = 30
FIGURES_S: Final = 30.0
GOODBYE_S: Final = 0.5  # of the end of the daemon, which is to take less than a second
_BATCH: Final = 32  # events that are on their way at a time
_USER: Final = "mqtt"
_PORTS: Final = {"mqtt": 1883, "mqtts": 8883}


class MqttBoard(Protocol):
    """The board."""

    @property
    def stream_id(self) -> str:
        """Return the id of the stream that `seq` counts in."""

    def snapshot(self) -> Snapshot:
        """Return the state of the board after the last published event."""

    async def submit(self, command: AnyCommand, hook: CommandHook | None = None) -> tuple[Envelope, ...]:
        """Execute and journal a command."""


class WallClock(Protocol):
    """The accounts, which have the wall clock."""

    def now(self) -> float:
        """Return the wall time, in seconds since 1970."""


class MqttServices(Protocol):
    """The dependencies of the outlet."""

    @property
    def config(self) -> Config:
        """Return the configuration."""

    @property
    def version(self) -> str:
        """Return the version of dartd."""

    @property
    def board(self) -> MqttBoard:
        """Return the board."""

    @property
    def hub(self) -> Hub:
        """Return the hub."""

    @property
    def rig(self) -> CameraRig:
        """Return the sources of the cameras."""

    @property
    def database(self) -> Database:
        """Return the open store."""

    @property
    def outlets(self) -> OutletStates:
        """Return where the state of the connection is reported."""

    @property
    def accounts(self) -> WallClock:
        """Return the wall clock."""


class _Header(msgspec.Struct, frozen=True):
    seq: int = 0


_header: msgspec.json.Decoder[_Header] = msgspec.json.Decoder(_Header)


class Mqtt:
    """The outlet. `url` is where people open the page of the board, None if it is not known."""

    def __init__(self, services: MqttServices, url: Callable[[], str | None] = lambda: None) -> None:
        """Prepare the outlet.

        Raises:
            ConfigError: its package is not installed.
        """
        self._aiomqtt = load("mqtt", "aiomqtt", path="$.mqtt.url")
        self._services = services
        self._settings = services.config.mqtt
        self._board_id = services.config.board.id
        self._topics = topics_of(self._settings.prefix, self._board_id)
        self._url = url
        self._state = services.outlets.add("mqtt", self._settings.url or "")
        self._sent_state = b""
        self._introduced: tuple[CameraId, ...] = ()

    async def run(self) -> NoReturn:
        """Connect and publish until cancelled; after an error connect again, later each time."""
        backoff, is_known = Backoff(1.0, max_s=30.0), False
        while True:
            try:
                async with self._connected() as client:
                    _log.info("mqtt: connected to %s", self._settings.url)
                    backoff.reset()
                    is_known = False
                    self._state.connected()
                    await self._serve(client)
            except (self._aiomqtt.MqttError, OSError) as error:
                self._state.lost(error)
                (_log.debug if is_known else _log.warning)("mqtt: %s: %s; events wait in the journal", self._settings.url, error)
                is_known = True
            await asyncio.sleep(backoff.next(random.random()))  # noqa: S311 - spreads retries, no secret

    # Connecting

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Any]:
        settings, mqtt = self._settings, self._aiomqtt
        parts = urlsplit(settings.url or "")
        client = mqtt.Client(
            parts.hostname or "",
            parts.port or _PORTS[parts.scheme],
            identifier=f"dartd-{self._board_id}",
            username=settings.username,
            password=await asyncio.to_thread(_password, settings.password_file),
            tls_context=await asyncio.to_thread(ssl.create_default_context, cafile=settings.tls_ca) if parts.scheme == "mqtts" else None,
            will=mqtt.Will(self._topics.availability, "offline", qos=1, retain=True),
            timeout=TIMEOUT_S,
            keepalive=KEEPALIVE_S,
            max_inflight_messages=_BATCH,
        )
        await client.__aenter__()
        try:
            yield client
        finally:
            await self._leave(client)

    async def _leave(self, client: Any) -> None:
        """Publish that the board is offline, since an orderly disconnect sends no will, and disconnect."""
        with anyio.move_on_after(GOODBYE_S, shield=True), contextlib.suppress(self._aiomqtt.MqttError):
            try:
                await client.publish(self._topics.availability, "offline", qos=1, retain=True)
            finally:
                await client.__aexit__(None, None, None)

    async def _serve(self, client: Any) -> None:
        """Publish and obey until the connection is lost."""
        settings = self._settings
        if settings.commands:
            await client.subscribe(self._topics.command, qos=1)
        if settings.discovery_prefix:
            await client.subscribe(f"{settings.discovery_prefix}/status", qos=1)
        await self._introduce(client)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._receive(client))
                tasks.create_task(self._publish_figures(client))
                tasks.create_task(self._publish_events(client))
        except* (self._aiomqtt.MqttError, OSError) as errors:
            raise errors.exceptions[0] from None

    async def _introduce(self, client: Any) -> None:
        """Publish the discovery, that the board is there, and its state."""
        settings, services = self._settings, self._services
        self._introduced = tuple(services.rig.sources)
        if settings.discovery_prefix:
            message = device_message(
                self._topics,
                board_id=self._board_id,
                name=services.config.board.name,
                version=services.version,
                url=await asyncio.to_thread(self._url),
                cameras=self._introduced,
                commands=settings.commands,
            )
            await client.publish(discovery_topic(settings.discovery_prefix, self._board_id), encode_json(message), qos=1, retain=True)
        self._sent_state = b""
        await self._publish_state(client)
        await client.publish(self._topics.availability, "online", qos=1, retain=True)

    # Publishing

    async def _publish_events(self, client: Any) -> None:
        position = await self._position()
        self._state.moved(position)
        with self._services.hub.subscribe((f"board:{self._board_id}", "match:*", "camera:*"), since=position) as subscription:
            while True:
                payloads = await self._take(subscription)
                for start in range(0, len(payloads), _BATCH):
                    await self._publish_batch(client, payloads[start : start + _BATCH])
                await self._publish_state(client)

    async def _take(self, subscription: Subscription) -> Sequence[bytes]:
        try:
            return await subscription.take()
        except GapError as gap:
            _log.warning("mqtt: events were deleted from the journal before the broker took them: %s", gap)
            seq = self._state.dropped(gap)
            await self._store_position(seq)
            subscription.seek(seq)
            return []

    async def _publish_batch(self, client: Any, payloads: Sequence[bytes]) -> None:
        """Publish events in order, and store the position when the broker has them."""
        messages: list[tuple[str, bytes | str]] = []
        seq = count = 0
        for payload in payloads:
            header = _header.decode(payload)
            event = decode_journalled(payload) if header.seq else None
            seq = header.seq or seq
            if isinstance(event, PUBLISHED):
                count += 1
                messages.append((self._topics.event, payload))
                messages += [(self._topics.trigger, each) for each in triggers_of(event)]
        await asyncio.gather(*(client.publish(topic, payload, qos=1) for topic, payload in messages))
        if seq:
            await self._store_position(seq)
            self._state.moved(seq, count)

    async def _publish_state(self, client: Any) -> None:
        state = state_of(self._services.board.snapshot())
        last_seq, compared = state.pop("last_seq"), encode_json(state)
        if compared != self._sent_state:
            await client.publish(self._topics.state, encode_json({**state, "last_seq": last_seq}), qos=1, retain=True)
            self._sent_state = compared

    async def _publish_figures(self, client: Any) -> None:
        while True:
            if self._introduced != tuple(self._services.rig.sources):  # a camera was added or removed
                await self._introduce(client)
            await client.publish(self._topics.cameras, encode_json(cameras_of(self._services.board.snapshot())), qos=1, retain=True)
            await asyncio.sleep(FIGURES_S)

    # The position

    async def _position(self) -> int:
        """Return the seq of the last event that the broker has; at first, or after another stream, that of the last event."""
        stream_id, last_seq = self._services.board.stream_id, self._services.hub.last_seq
        stored = await self._services.database.read(lambda connection: recall(connection, POSITION))
        stream, _, seq = (stored or "").rpartition(":")
        if stream == stream_id and seq.isdecimal():
            return min(int(seq), last_seq)
        await self._store_position(last_seq)
        return last_seq

    async def _store_position(self, seq: int) -> None:
        value = f"{self._services.board.stream_id}:{seq}"
        await self._services.database.write(lambda connection: store_value(connection, POSITION, value))

    # Receiving

    async def _receive(self, client: Any) -> None:
        async for message in client.messages:
            if str(message.topic) == self._topics.command:
                await self._obey(message)
            elif bytes(message.payload or b"") == b"online":  # Home Assistant has started, and knows nothing of us
                await self._introduce(client)

    async def _obey(self, message: Any) -> None:
        """Carry out a command. One that the broker has retained was given long ago."""
        asked = command_of(bytes(message.payload or b""))
        if asked is None or message.retain:
            _log.warning("mqtt: %s", "a retained command is ignored" if message.retain else "this is no command")
            return
        entry = AuditEntry(
            at_s=self._services.accounts.now(), user_id=_USER, action=f"board.{asked.__struct_config__.tag}", entity_type="board"
        )
        try:
            ordered = msgspec.structs.replace(asked, user_id=_USER)
            await self._services.board.submit(ordered, lambda connection, *_: append_entry(connection, entry))
        except DartdError as error:
            _log.warning("mqtt: a command was refused: %s", error)


def _password(path: str | None) -> str | None:
    return None if path is None else Path(path).read_text(encoding="utf-8").strip()
