"""The same POST again: with an Idempotency-Key it is answered as before, and not done twice.

The answer is kept in the commit of what was done: a crash leaves both or neither.
"""

import hashlib
from typing import Self

import msgspec
import sqlalchemy as sa
from starlette.responses import Response

from dartd.store.idempotency import Done, find_done, keep_done
from dartd.web.http.answers import written
from dartd.web.http.endpoint import Answer, Call
from dartd.web.http.problems import Problem
from schemas.codec import encode_json

_MAX_LENGTH = 200
_FIELD = {"field": "Idempotency-Key"}
_KEPT_HEADERS = ("location", "etag", "cache-control", "content-type")


class Repetition:
    """One POST with an Idempotency-Key, while it is done."""

    def __init__(self, call: Call, key: str, fingerprint: str) -> None:
        self._call = call
        self._key = key
        self._fingerprint = fingerprint
        self._running = call.services.repeating

    @classmethod
    def of(cls, call: Call, raw: bytes) -> "Self | None":
        """Look for a key; only POST of somebody in particular has one.

        Raises:
            Problem: 422 when the key is too long.
        """
        given = call.request.headers.get("idempotency-key")
        if given is None or call.endpoint.method != "POST" or call.principal.is_anonymous:
            return None
        if not 1 <= len(given) <= _MAX_LENGTH:
            raise Problem(422, "VALIDATION_ERROR", f"Idempotency-Key: expected 1 to {_MAX_LENGTH} characters", details=_FIELD)
        whole = f"{call.principal.name} {call.request.url.path} {given}"
        return cls(call, hashlib.sha256(whole.encode(errors="replace")).hexdigest(), hashlib.sha256(raw).hexdigest())

    async def __aenter__(self) -> Response | None:
        """Give the answer of before, if there is one.

        Raises:
            Problem: 409 while the first is still done, or when its answer cannot be told again; 422 when something else was asked then.
        """
        if self._key in self._running:
            raise Problem(409, "STATE_CONFLICT", "a request with this Idempotency-Key is being done", details=_FIELD)
        self._running.add(self._key)
        try:
            now_s = self._call.services.accounts.now()
            done = await self._call.read(lambda connection: find_done(connection, self._key, now_s))
            return None if done is None else self._again(done)
        except BaseException:
            self._running.discard(self._key)
            raise

    async def __aexit__(self, *_: object) -> None:
        """Let the next one come."""
        self._running.discard(self._key)

    def keep(self, connection: sa.Connection, answer: Answer) -> None:
        """Keep an answer in the commit of what it tells; of one that holds a secret only that it was given."""
        response = written(answer, self._call.endpoint.status)
        headers = {name: value for name, value in response.headers.items() if name in _KEPT_HEADERS}
        body = b"" if self._call.endpoint.secret else bytes(response.body)
        done = Done(fingerprint=self._fingerprint, status=response.status_code, headers=encode_json(headers).decode(), body=body)
        keep_done(connection, self._key, done, self._call.services.accounts.now())

    def _again(self, done: Done) -> Response:
        if done.fingerprint != self._fingerprint:
            raise Problem(422, "IDEMPOTENCY_KEY_REUSED", "this Idempotency-Key was used for something else", details=_FIELD)
        if self._call.endpoint.secret:
            raise Problem(409, "STATE_CONFLICT", "this was done already; its answer holds a secret and is told only once", details=_FIELD)
        headers: dict[str, str] = msgspec.json.decode(done.headers)
        return Response(done.body, done.status, {**headers, "Idempotency-Replayed": "true"})
