"""One request of a delivery, and what its answer means."""

import asyncio
import ssl
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Final, NamedTuple, Self

import httpx2

from dartd.destination import DestinationRefusedError, UnresolvedError, destination_of, resolve

_GONE: Final = 410
_LATER: Final = frozenset({429, 503})
_READ_BYTES: Final = 64 * 1024  # of an answer, whose content means nothing: then its connection can be used again


class Attempt(NamedTuple):
    """The result of a request: `error` None if the receiver took the event. `gone`: it wants no more."""

    status: int | None
    error: str | None
    duration_ms: float
    retry_after_s: float | None = None
    gone: bool = False


class Sender:
    """Posts to one receiver, over one connection that is kept open while it is used."""

    def __init__(self, url: str, *, timeout_s: float, allow_private: bool, client: httpx2.AsyncClient) -> None:
        self._destination = destination_of(url)
        self._timeout_s = timeout_s
        self._allow_private = allow_private
        self._client = client

    @classmethod
    async def open(cls, url: str, *, timeout_s: float, ssl_verify: bool, allow_private: bool) -> Self:
        """Return a sender.

        Raises:
            DestinationRefusedError: the URL is not valid.
        """
        client = await asyncio.to_thread(_client, verify=ssl_verify)
        return cls(url, timeout_s=timeout_s, allow_private=allow_private, client=client)

    async def close(self) -> None:
        """Close the connection."""
        await self._client.aclose()

    async def post(self, body: bytes, headers: Mapping[str, str], now_s: float) -> Attempt:
        """Post an event; `now_s` is wall time in seconds since 1970, by which a date in Retry-After is understood."""
        began_s = time.perf_counter()
        status, error, retry_after = None, None, None
        try:
            async with asyncio.timeout(self._timeout_s):
                status, retry_after = await self._send(body, headers)
        except TimeoutError:
            error = f"no answer within {self._timeout_s:g} s"
        except (DestinationRefusedError, UnresolvedError) as refused:
            error = refused.message
        except (httpx2.HTTPError, ssl.SSLError, OSError) as failed:
            error = f"{type(failed).__name__}: {failed}"
        if status is not None and not 200 <= status < 300:
            error = f"answered {status}"
        return Attempt(
            status=status,
            error=error,
            duration_ms=round((time.perf_counter() - began_s) * 1000, 1),
            retry_after_s=_seconds_of(retry_after, now_s) if status in _LATER else None,
            gone=status == _GONE,
        )

    async def _send(self, body: bytes, headers: Mapping[str, str]) -> tuple[int, str | None]:
        to = self._destination
        address = await resolve(to.host, to.port, allow_private=self._allow_private)
        host = f"[{address}]" if ":" in address else address
        request = self._client.build_request(
            "POST",
            f"{to.scheme}://{host}:{to.port}{to.target}",
            content=body,
            headers={**headers, "host": to.netloc, "content-type": "application/json"},
            extensions={"sni_hostname": to.host},
        )
        answer = await self._client.send(request, stream=True)
        try:
            read = 0
            async for chunk in answer.aiter_raw():
                read += len(chunk)
                if read > _READ_BYTES:
                    break
        finally:
            await answer.aclose()
        return answer.status_code, answer.headers.get("retry-after")


def _client(*, verify: bool) -> httpx2.AsyncClient:
    """Return a client with one connection; blocks: the certificates of the system are read."""
    limits = httpx2.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=30.0)
    # No proxy and no .netrc of the environment: the address that was checked is the one that is connected to.
    return httpx2.AsyncClient(verify=_tls(verify=verify), follow_redirects=False, trust_env=False, timeout=None, limits=limits)


def _tls(*, verify: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _seconds_of(retry_after: str | None, now_s: float) -> float | None:
    """Return the seconds of a Retry-After header (RFC 9110, 10.2.3), None if there is none or it makes no sense."""
    if retry_after is None:
        return None
    if retry_after.strip().isdecimal():
        return float(retry_after)
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - now_s)
    except ValueError:
        return None
