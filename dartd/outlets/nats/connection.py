"""The connection to a server of NATS. It is not repaired: when it is lost, its users begin again from a position that they know."""

import asyncio
import logging
import random
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final, NoReturn

import anyio

from dartd.backoff import Backoff
from dartd.config import NatsConfig
from dartd.errors import DartdError
from dartd.extras import load

_log = logging.getLogger(__name__)

TIMEOUT_S: Final = 10.0  # in which the server answers
_CONNECT_S: Final = 5.0
_PING_S: Final = 5.0  # a connection without an answer to two pings is lost
_PINGS: Final = 2
_GOODBYE_S: Final = 0.5
_CREDENTIALS: Final = re.compile(r"BEGIN NATS USER JWT-+\n\S+\n.*BEGIN USER NKEY SEED-+\n(\S+)\n", re.DOTALL)
_FIRST_DELAY_S: Final = 0.5
_MAX_DELAY_S: Final = 10.0


class LinkError(DartdError):
    """There is no connection to the server, or it did not answer."""

    code = "SERVICE_UNAVAILABLE"


def check_package(settings: NatsConfig) -> None:
    """Check that the packages for NATS are installed.

    Raises:
        ConfigError: one is not; the message says what to do.
    """
    load("nats", "nats", path="$.nats.url")
    for key in ("credentials_file", "nkey_file"):
        if getattr(settings, key) is not None:
            load("nats", "nkeys", path=f"$.nats.{key}")


class NatsLink:
    """An open connection; `lost` is set when it is no longer."""

    def __init__(self) -> None:
        self.client: Any = None
        self.lost = asyncio.Event()

    async def until_lost(self) -> NoReturn:
        """Wait until the connection is lost.

        Raises:
            LinkError: then.
        """
        await self.lost.wait()
        raise LinkError("the connection was lost")

    async def request(self, subject: str, payload: bytes, *, headers: dict[str, str] | None = None, timeout_s: float = TIMEOUT_S) -> bytes:
        """Send a request and return the body of the answer.

        Raises:
            LinkError: there is none.
        """
        return bytes((await self.request_message(subject, payload, headers=headers, timeout_s=timeout_s)).data)

    async def request_message(
        self, subject: str, payload: bytes, *, headers: dict[str, str] | None = None, timeout_s: float = TIMEOUT_S
    ) -> Any:
        """Send a request and return the message with the answer, which has `data` and `headers`.

        Raises:
            LinkError: there is none.
        """
        import nats.errors  # noqa: PLC0415 - as above

        try:
            return await self.client.request(subject, payload, timeout=timeout_s, headers=headers)
        except nats.errors.NoRespondersError:
            raise LinkError(f"no one answers on {subject}", no_responders=True) from None
        except (nats.errors.Error, OSError, TimeoutError) as error:
            raise LinkError(f"no answer on {subject}: {str(error) or type(error).__name__}") from None

    async def publish(self, subject: str, payload: bytes, headers: dict[str, str] | None = None, reply: str = "") -> None:
        """Send a message without waiting for an answer.

        Raises:
            LinkError: it cannot be sent.
        """
        import nats.errors  # noqa: PLC0415 - as above

        try:
            await self.client.publish(subject, payload, reply=reply, headers=headers)
        except (nats.errors.Error, OSError) as error:
            raise LinkError(f"{subject}: {error}") from None


@asynccontextmanager
async def connected(settings: NatsConfig, name: str) -> AsyncIterator[NatsLink]:
    """Connect to the server while the block runs.

    Raises:
        LinkError: the server cannot be reached, or refuses.
    """
    import nats.aio.client  # noqa: PLC0415 - as above
    import nats.errors  # noqa: PLC0415 - as above

    link, url, seen = NatsLink(), settings.url or "", list[str]()

    async def closed() -> None:
        link.lost.set()

    async def failed(error: Exception) -> None:
        seen[:] = [str(error) or type(error).__name__]
        _log.debug("nats: %s", error)

    link.client = nats.aio.client.Client()
    try:
        try:
            await link.client.connect(
                url,
                name=name,
                allow_reconnect=False,
                max_reconnect_attempts=1,  # else the package tries for two minutes before it says anything
                reconnect_time_wait=0,
                connect_timeout=int(_CONNECT_S),
                ping_interval=int(_PING_S),
                max_outstanding_pings=_PINGS,
                drain_timeout=1,
                error_cb=failed,
                closed_cb=closed,
                disconnected_cb=closed,
                tls=await asyncio.to_thread(_tls_context, settings),
                **await asyncio.to_thread(_credentials, settings),
            )
        except (nats.errors.Error, OSError, TimeoutError, ValueError) as error:
            raise LinkError(seen[0] if seen else str(error) or type(error).__name__) from None
        yield link
    finally:  # also of a client that was refused: its socket would stay open
        link.lost.set()
        with anyio.move_on_after(_GOODBYE_S, shield=True), suppress(Exception):
            await link.client.close()


async def keep_connected(
    settings: NatsConfig, name: str, serve: Callable[[NatsLink], Awaitable[None]], on_trouble: Callable[[str], None] = lambda _: None
) -> NoReturn:
    """Connect and serve until cancelled; after an error connect again, later each time. `serve` returns or raises when it ends.

    `on_trouble` is called with the reason each time that the connection or the service ends.
    """
    backoff, known, now_s = Backoff(_FIRST_DELAY_S, max_s=_MAX_DELAY_S), "", asyncio.get_running_loop().time
    while True:
        began_s, reason = now_s(), ""
        try:
            async with connected(settings, name) as link, asyncio.TaskGroup() as tasks:
                _log.info("nats: connected to %s", settings.url)
                watching = tasks.create_task(link.until_lost())
                await serve(link)
                watching.cancel()
        except* DartdError as errors:
            reason = _reason(errors)
        if now_s() - began_s > _MAX_DELAY_S:
            backoff.reset()
            known = ""
        if reason:
            (_log.debug if reason == known else _log.warning)("nats: %s: %s", settings.url, reason)
            known = reason
            on_trouble(reason)
        await asyncio.sleep(backoff.next(random.random()))  # noqa: S311 - spreads retries, no secret


def _reason(errors: BaseException) -> str:
    while isinstance(errors, BaseExceptionGroup):
        errors = errors.exceptions[0]
    return str(errors)


def _tls_context(settings: NatsConfig) -> ssl.SSLContext | None:
    """Return the context of the connection, None without TLS.

    Raises:
        OSError: a file cannot be read, or is no certificate.
    """
    if not (settings.url or "").startswith("tls:"):
        return None
    context = ssl.create_default_context(cafile=settings.tls_ca)
    if settings.tls_cert is not None:
        context.load_cert_chain(settings.tls_cert, settings.tls_key)
    return context


def _credentials(settings: NatsConfig) -> dict[str, Any]:
    """Return what the connection identifies itself with, read from the configured files.

    Raises:
        OSError: a file cannot be read.
        ValueError: a file is not what it should be.
    """
    if settings.username is not None:
        return {"user": settings.username, "password": _text(settings.password_file)}
    if settings.token_file is not None:
        return {"token": _text(settings.token_file)}
    if settings.nkey_file is not None:
        return {"nkeys_seed_str": _checked_seed(_text(settings.nkey_file), settings.nkey_file)}
    if settings.credentials_file is None:
        return {}
    from nats.aio.client import RawCredentials  # noqa: PLC0415 - an extra, which is missing where it is not used

    found = _CREDENTIALS.search(text := _text(settings.credentials_file))
    if found is None:  # the package would never stop to search its end
        raise ValueError(f"{settings.credentials_file}: expected a .creds file, with a JWT and the seed of a user")
    _checked_seed(found[1], settings.credentials_file)
    return {"user_credentials": RawCredentials(text + "\n")}


def _text(path: str | None) -> str:
    return "" if path is None else Path(path).read_text(encoding="utf-8").strip()


def _checked_seed(seed: str, path: str) -> str:
    import nkeys  # type: ignore[import-untyped]  # noqa: PLC0415 - as above; without annotations

    try:
        nkeys.from_seed(bytearray(seed.encode())).wipe()
    except Exception:  # noqa: BLE001 - errors of two packages, without a class in common
        raise ValueError(f"{path}: expected the seed of a user, SU…") from None
    return seed
