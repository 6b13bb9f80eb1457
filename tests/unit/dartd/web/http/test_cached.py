"""Answers from the cache."""

import msgspec
import pytest

from dartd.runtime.results_cache import ResultsCache
from dartd.web.http.cached import cached, key_of
from schemas.api.webhooks import WebhooksQuery


async def test_answer_is_computed_once() -> None:
    """And is the same afterwards; an error stores nothing."""
    results, computed = ResultsCache(10_000, {}, lambda: 0.0), list[int]()

    async def compute() -> dict[str, int]:
        computed.append(1)
        if len(computed) == 1:
            raise ValueError("the store is busy")
        return {"a": 1}

    with pytest.raises(ValueError, match="busy"):
        await cached(results, "dashboard", compute)
    answers = [await cached(results, "dashboard", compute) for _ in range(3)]

    assert [msgspec.json.encode(each) for each in answers] == [b'{"a":1}'] * 3
    assert len(computed) == 2


def test_query_without_parameters_is_the_plain_key() -> None:
    """So that it can be named to be removed; any other has a key of its own."""
    assert key_of("webhooks_list", WebhooksQuery()) == "webhooks_list"
    assert key_of("webhooks_list", WebhooksQuery(limit=5)).startswith("webhooks_list?")
