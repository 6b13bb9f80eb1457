"""Idempotency-Key: a repeated POST gets the stored response of the first one and is not executed again.

The response is stored in the commit of the change: a crash leaves both or neither.
"""

import hashlib
from typing import Self

import msgspec
import sqlalchemy as sa
from starlette.responses import Response

from dartd.store.idempotency import Done, find_done, keep_done
from dartd.web.http.answers import render
from dartd.web.http.endpoint import Answer, Call
from dartd.web.http.forwarded import root_path_of
from dartd.web.http.problems import Problem
from schemas.codec import encode_json

_MAX_LENGTH = 200
_FIELD = {"field": "Idempotency-Key"}
_KEPT_HEADERS = ("location", "etag", "cache-control", "content-type")


class IdempotentRequest:
    """One POST with an Idempotency-Key, while it is processed."""

    def __init__(self, call: Call, key: str, fingerprint: str) -> None:
        self._call = call
        self._key = key
        self._fingerprint = fingerprint
        self._running = call.services.running_idempotency_keys

    @classmethod
    def of(cls, call: Call, raw: bytes) -> "Self | None":
        """Return the idempotent request if it is an authenticated POST with a key, else None.

        Raises:
            Problem: 422 if the key is too long.
        """
        given = call.request.headers.get("idempotency-key")
        if given is None or call.endpoint.method != "POST" or call.principal.is_anonymous:
            return None
        if not 1 <= len(given) <= _MAX_LENGTH:
            raise Problem(422, "VALIDATION_ERROR", f"Idempotency-Key: expected 1 to {_MAX_LENGTH} characters", details=_FIELD)
        whole = f"{call.principal.name} {call.request.url.path} {given}"
        return cls(call, hashlib.sha256(whole.encode(errors="replace")).hexdigest(), hashlib.sha256(raw).hexdigest())

    async def __aenter__(self) -> Response | None:
        """Return the stored response of an earlier request with the same key, if there is one.

        Raises:
            Problem: 409 while the first request is processed, or if its response holds a secret; 422 if the body differs.
        """
        if self._key in self._running:
            raise Problem(409, "STATE_CONFLICT", "a request with this Idempotency-Key is being processed", details=_FIELD)
        self._running.add(self._key)
        try:
            now_s = self._call.services.accounts.now()
            done = await self._call.read(lambda connection: find_done(connection, self._key, now_s))
            return None if done is None else self._again(done)
        except BaseException:
            self._running.discard(self._key)
            raise

    async def __aexit__(self, *_: object) -> None:
        """Allow the next request with this key."""
        self._running.discard(self._key)

    def keep(self, connection: sa.Connection, answer: Answer) -> None:
        """Store a response in the commit of its change; without the body if it holds a secret."""
        response = render(answer, self._call.endpoint.status, root_path=root_path_of(self._call.request))
        headers = {name: value for name, value in response.headers.items() if name in _KEPT_HEADERS}
        body = b"" if self._call.endpoint.secret else bytes(response.body)
        done = Done(fingerprint=self._fingerprint, status=response.status_code, headers=encode_json(headers).decode(), body=body)
        keep_done(connection, self._key, done, self._call.services.accounts.now())

    def _again(self, done: Done) -> Response:
        if done.fingerprint != self._fingerprint:
            raise Problem(422, "IDEMPOTENCY_KEY_REUSED", "this Idempotency-Key was used with another request body", details=_FIELD)
        if self._call.endpoint.secret:
            raise Problem(409, "STATE_CONFLICT", "this request was processed already; its response holds a secret", details=_FIELD)
        headers: dict[str, str] = msgspec.json.decode(done.headers)
        return Response(done.body, done.status, {**headers, "Idempotency-Replayed": "true"})
