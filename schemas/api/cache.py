"""The results cache: its figures, and what may be done with it."""

from typing import Annotated

from msgspec import Meta

from schemas.api.answers import Timestamp
from schemas.base import Value

CacheKey = Annotated[str, Meta(min_length=1, max_length=200, description="such as webhooks_list, dashboard or statistics:PLAYER_ID")]


class CacheStats(Value, frozen=True, kw_only=True):
    """The counts since the start, and the size now; `hit_rate` is between 0 and 1, 0 before the first request."""

    hit_rate: float
    total_requests: int
    cache_hits: int
    cache_misses: int
    evicted_entries: int
    total_entries: int
    current_size_bytes: int
    max_size_bytes: int


class CacheWarmed(Value, frozen=True, kw_only=True):
    """How many answers are stored that are asked for often."""

    status: str
    warmed_entries: int
    duration_ms: float
    timestamp: Timestamp


class CacheInvalidation(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Which answers are removed: those of `keys`, and those whose key fits `pattern`, in which `*` stands for any characters."""

    keys: Annotated[tuple[CacheKey, ...], Meta(max_length=100)] = ()
    pattern: CacheKey | None = None


class CacheInvalidated(Value, frozen=True, kw_only=True):
    """How many answers were removed, and how many are left."""

    invalidated: int
    total_entries: int
