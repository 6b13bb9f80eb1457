"""Answers from the results cache."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from dartd.runtime.results_cache import ResultsCache
from schemas.codec import encode_json


async def cached(results: ResultsCache, key: str, compute: Callable[[], Awaitable[Any]]) -> Any:
    """Return the stored answer of a key, encoded, or compute and store it.

    What is computed while an event changes it is answered, but not stored.
    """
    body = results.get(key)
    if body is not None:
        return msgspec.Raw(body)
    pending = results.begin(key)
    try:
        answer = await compute()
    except BaseException:
        results.discard(pending)
        raise
    body = encode_json(answer)
    results.store(pending, body)
    return msgspec.Raw(body)


def key_of(name: str, query: msgspec.Struct) -> str:
    """Return the key of an answer to a query: its name alone for the query without parameters."""
    given = encode_json(query).decode()
    return name if given == encode_json(type(query)()).decode() else f"{name}?{given}"
