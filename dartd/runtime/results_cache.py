"""Answers that are costly to compute, kept until an event changes them, their time is over, or room is needed."""

import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple, Self

import msgspec

from dartd.config import CacheConfig
from dartd.figures import CacheUsage
from dartd.store.projections.player_legs import PROJECTION as LEGS
from schemas.events import EntityEvent, Envelope, JournalledEvent, PlayerErased, PlayerMerged, StatisticsUpdated

ENTRY_BYTES: Final = 400  # of a key and the bookkeeping of an entry, by sys.getsizeof of its parts
DEFAULT_TTL_S: Final = 3600.0

# The visits of a board are in series alone, which are not kept.
_CHANGES_STATISTICS: Final = frozenset(LEGS.event_types()) - {"visit_completed"}
_LISTED: Final = {"webhook": "webhooks_list", "alert": "alerts_summary"}  # by entity, or by the type of another event
_KEEPS_DASHBOARD: Final = frozenset({"camera_state_changed", "calibration_changed"})


class Pending(msgspec.Struct, eq=False):
    """An answer that is being computed; `stale` once an event has changed what it is computed from."""

    key: str
    stale: bool = False


class _Entry(NamedTuple):
    body: bytes
    expires_s: float


class ResultsCache:
    """Encoded answers by key, `KIND`, `KIND:ID` or one of them with `?QUERY`; the least recently used is evicted first.

    `ttl_s` are the lifetimes of kinds, `now` is monotonic seconds. All calls belong to the event loop.
    """

    def __init__(self, max_bytes: int, ttl_s: Mapping[str, float], now: Callable[[], float]) -> None:
        self._max_bytes = max_bytes
        self._ttl_s = dict(ttl_s)
        self._now = now
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._pending: set[Pending] = set()
        self._size_bytes = 0
        self._hits = self._misses = self._evicted = 0

    @classmethod
    def of(cls, config: CacheConfig, now: Callable[[], float]) -> Self:
        """Return an empty cache as configured."""
        ttl_s = {"webhooks_list": config.webhooks_ttl_s, "alerts_summary": config.alerts_ttl_s, "dashboard": config.dashboard_ttl_s}
        return cls(round(config.max_mb * 1_000_000), ttl_s, now)

    @property
    def figures(self) -> CacheUsage:
        """Return the counts."""
        return CacheUsage(
            hits=self._hits,
            misses=self._misses,
            evicted=self._evicted,
            entries=len(self._entries),
            size_bytes=self._size_bytes,
            max_bytes=self._max_bytes,
        )

    def get(self, key: str) -> bytes | None:
        """Return a stored answer, None if there is none or its time is over."""
        entry = self._entries.get(key)
        if entry is not None and entry.expires_s <= self._now():
            self._remove(key)
            entry = None
        if entry is None:
            self._misses += 1
            return None
        self._entries.move_to_end(key)
        self._hits += 1
        return entry.body

    def begin(self, key: str) -> Pending:
        """Note that an answer is computed, before anything is read for it; `store` or `discard` ends it."""
        pending = Pending(key)
        self._pending.add(pending)
        return pending

    def discard(self, pending: Pending) -> None:
        """Store nothing of an answer that was begun."""
        self._pending.discard(pending)

    def store(self, pending: Pending, body: bytes) -> bool:
        """Store an answer that was begun, unless an event has changed it meanwhile or it is larger than the cache; return whether."""
        self._pending.discard(pending)
        size_bytes = _size(pending.key, body)
        if pending.stale or size_bytes > self._max_bytes:
            return False
        if pending.key in self._entries:
            self._remove(pending.key)
        ttl_s = self._ttl_s.get(kind_of_key(pending.key), DEFAULT_TTL_S)
        self._entries[pending.key] = _Entry(body, self._now() + ttl_s)
        self._size_bytes += size_bytes
        while self._size_bytes > self._max_bytes:
            self._remove(next(iter(self._entries)))
            self._evicted += 1
        return True

    def invalidate(self, keys: Iterable[str] = (), patterns: Iterable[str] = ()) -> int:
        """Remove the answers of keys, whatever their query, and of patterns, in which `*` stands for any characters; return how many."""
        wanted = [*map(re.escape, keys), *(re.escape(pattern).replace(r"\*", ".*") for pattern in patterns)]
        if not wanted:
            return 0
        fits = re.compile(rf"(?:{'|'.join(wanted)})(?:\?.*)?", re.DOTALL).fullmatch
        for pending in self._pending:
            pending.stale = pending.stale or fits(pending.key) is not None
        found = [key for key in self._entries if fits(key)]
        for key in found:
            self._remove(key)
        return len(found)

    def follow(self, envelopes: Sequence[Envelope]) -> None:
        """Remove the answers that published events change; called before anyone is sent the events."""
        if not self._entries and not self._pending:
            return
        patterns = {pattern for envelope in envelopes for pattern in changed_by(envelope.event)}
        self.invalidate(patterns=sorted(patterns))

    def before(self, publish: Callable[[Sequence[Envelope]], None]) -> Callable[[Sequence[Envelope]], None]:
        """Return a function that removes the answers that events change, and then publishes the events."""

        def follow_and_publish(envelopes: Sequence[Envelope]) -> None:
            self.follow(envelopes)
            publish(envelopes)

        return follow_and_publish

    def _remove(self, key: str) -> None:
        self._size_bytes -= _size(key, self._entries.pop(key).body)


def changed_by(event: JournalledEvent) -> tuple[str, ...]:
    """Return the patterns of the keys whose answers an event changes."""
    tag = str(event.__struct_config__.tag)
    found = [] if tag in _KEEPS_DASHBOARD else ["dashboard"]
    if isinstance(event, StatisticsUpdated):
        found.append(f"statistics:{event.player_id}")
    elif tag in _CHANGES_STATISTICS:
        found.append("statistics:*")
    kept = event.entity_type if isinstance(event, EntityEvent) and not isinstance(event, PlayerMerged | PlayerErased) else tag
    if kept in _LISTED:
        found.append(_LISTED[kept])
    return tuple(found)


def kind_of_key(key: str) -> str:
    """Return the kind of a key: `statistics` for `statistics:ann?game=x01`."""
    return re.split(r"[:?]", key, maxsplit=1)[0]


def _size(key: str, body: bytes) -> int:
    return len(key) + len(body) + ENTRY_BYTES
