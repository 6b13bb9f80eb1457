"""Answers that are kept until something changes them."""

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from dartd.config import CacheConfig
from dartd.runtime.results_cache import ENTRY_BYTES, ResultsCache, changed_by, kind_of_key
from schemas.base import CameraId
from schemas.events import CameraStateChanged, EntityUpdated, PlayerErased, StatisticsUpdated
from tests.support.stream import envelope

KEYS = ("webhooks_list", "webhooks_list?{}", "dashboard", "statistics:ann", "statistics:bob", 'statistics:bob?{"game":"x01"}')
BODY = b"x" * 100


class _Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def _put(cache: ResultsCache, key: str, body: bytes = BODY) -> bool:
    return cache.store(cache.begin(key), body)


def test_key_is_removed_with_all_its_queries() -> None:
    """By its name or by a pattern; what is not named stays, and what is computed meanwhile is not stored."""
    cache = ResultsCache(10_000, {}, _Clock())
    for key in KEYS:
        _put(cache, key)
    pending = cache.begin("statistics:ann")
    removed = (cache.invalidate(["statistics:bob"]), cache.invalidate(patterns=["webhooks*"]), cache.invalidate(patterns=["statistics:*"]))
    late = cache.store(pending, BODY)

    assert (removed, late) == ((2, 2, 1), False)
    assert (cache.get("dashboard"), cache.get("statistics:ann"), cache.figures.entries) == (BODY, None, 1)


def test_answers_have_a_lifetime() -> None:
    """That of their kind; then they are computed anew."""
    clock = _Clock()
    cache = ResultsCache.of(CacheConfig(), clock)
    _put(cache, "webhooks_list?{}")
    _put(cache, "dashboard")
    clock.now_s = 120.0

    assert (cache.get("webhooks_list?{}"), cache.get("dashboard")) == (None, BODY)
    assert (cache.figures.hits, cache.figures.misses, cache.figures.hit_rate) == (1, 1, 0.5)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(KEYS), st.integers(0, 800)), max_size=30))
def test_size_is_bounded_and_exact(puts: list[tuple[str, int]]) -> None:
    """Never more than the bound; the least recently used goes first; what is larger than the cache is not stored."""
    cache = ResultsCache(2_000, {}, _Clock())
    for key, size in puts:
        stored = _put(cache, key, bytes(size))
        figures = cache.figures
        held = [each for each in KEYS if each in cache._entries]
        assert stored == (len(key) + size + ENTRY_BYTES <= 2_000)
        assert figures.size_bytes == sum(len(each) + len(cache._entries[each].body) + ENTRY_BYTES for each in held) <= 2_000
        assert figures.entries == len(held)
        assert not stored or key in held
    cache.invalidate(patterns=["*"])
    assert (cache.figures.size_bytes, cache.figures.entries) == (0, 0)


def test_events_remove_what_they_change() -> None:
    """Before they are published."""
    cache, order = ResultsCache(10_000, {}, _Clock()), list[int]()
    for key in KEYS:
        _put(cache, key)
    updated = StatisticsUpdated(player_id="ann", match_id="m", reason="visit", figures={})
    publish = cache.before(lambda envelopes: order.append(cache.figures.entries + 100 * len(envelopes)))
    publish([msgspec.structs.replace(envelope(1), event=updated)])

    assert order == [104]
    assert cache.get("statistics:ann") is None
    webhook = EntityUpdated(entity_type="webhook", entity_id="w", payload={}, user_id="u")
    assert changed_by(webhook) == ("dashboard", "webhooks_list")
    assert changed_by(PlayerErased(player_id="ann", user_id="u")) == ("dashboard", "statistics:*")
    assert changed_by(CameraStateChanged(camera_id=CameraId("cam0"), state="ready", previous_state="error", reason="")) == ()
    assert kind_of_key("statistics:ann?x") == "statistics"
