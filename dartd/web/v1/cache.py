"""`/api/v1/cache`: the figures of the results cache, warming and emptying it."""

import logging
from typing import Final

from dartd.errors import DartdError
from dartd.store.projections.player_legs import latest_players
from dartd.web.http.endpoint import Call, Endpoint
from dartd.web.http.problems import Problem
from dartd.web.services import Services
from dartd.web.v1.alerts import alerts_page
from dartd.web.v1.dashboard import stored_dashboard
from dartd.web.v1.statistics import warm_statistics
from dartd.web.v1.webhooks import webhooks_page
from schemas.api.alerts import AlertsQuery
from schemas.api.cache import CacheInvalidated, CacheInvalidation, CacheStats, CacheWarmed
from schemas.api.play import NoParameters
from schemas.api.webhooks import WebhooksQuery

_log = logging.getLogger(__name__)

WARM_PLAYERS: Final = 20  # who played last: more than two boards have in an evening


async def warm(services: Services) -> int:
    """Compute the answers that are asked for often, unless they are stored; return how many are stored then."""
    before = services.results.figures
    await webhooks_page(services, WebhooksQuery())
    await alerts_page(services, AlertsQuery())
    await stored_dashboard(services)
    if services.config.cache.statistics:
        for player_id in await services.database.query(lambda c: latest_players(c, WARM_PLAYERS)):
            await warm_statistics(services, player_id)
    after = services.results.figures
    return after.hits + after.misses - before.hits - before.misses if after.max_bytes else 0


async def warm_at_start(services: Services) -> None:
    """Warm the cache; without a store that can be read it fills by itself later."""
    try:
        await warm(services)
    except DartdError as error:
        _log.warning("the results cache could not be warmed: %s", error)


async def get_stats(call: Call) -> CacheStats:
    """Return the figures of the cache."""
    figures = call.services.results.figures
    return CacheStats(
        hit_rate=round(figures.hit_rate, 4),
        total_requests=figures.hits + figures.misses,
        cache_hits=figures.hits,
        cache_misses=figures.misses,
        evicted_entries=figures.evicted,
        total_entries=figures.entries,
        current_size_bytes=figures.size_bytes,
        max_size_bytes=figures.max_bytes,
    )


async def post_warm(call: Call) -> CacheWarmed:
    """Warm the cache."""
    services = call.services
    started_s = services.now()
    warmed = await warm(services)
    await call.change(lambda _: None)
    duration_ms = round((services.now() - started_s) * 1000, 3)
    return CacheWarmed(status="warmed", warmed_entries=warmed, duration_ms=duration_ms, timestamp=services.timestamp())


async def post_invalidate(call: Call) -> CacheInvalidated:
    """Remove answers from the cache."""
    asked: CacheInvalidation = call.body
    if not asked.keys and asked.pattern is None:
        raise Problem(422, "VALIDATION_ERROR", "keys: send keys or a pattern", details={"field": "$.keys"})
    results = call.services.results
    removed = results.invalidate(asked.keys, () if asked.pattern is None else (asked.pattern,))
    await call.change(lambda _: None)
    return CacheInvalidated(invalidated=removed, total_entries=results.figures.entries)


_REASON = "nothing that is stored changes"

ENDPOINTS = [
    Endpoint(
        method="GET",
        path="/api/v1/cache/stats",
        handler=get_stats,
        permission="system:read",
        rate="default",
        summary="The figures of the results cache",
        tag="cache",
        answer=CacheStats,
    ),
    Endpoint(
        method="POST",
        path="/api/v1/cache/warm",
        handler=post_warm,
        permission="cache:manage",
        rate="default",
        summary="Compute and store the answers that are asked for often",
        tag="cache",
        body=NoParameters,
        body_required=False,
        answer=CacheWarmed,
        entity="cache",
        no_event_reason=_REASON,
    ),
    Endpoint(
        method="POST",
        path="/api/v1/cache/invalidate",
        handler=post_invalidate,
        permission="cache:manage",
        rate="default",
        summary="Remove answers, so that they are computed anew",
        tag="cache",
        body=CacheInvalidation,
        example=CacheInvalidation(pattern="statistics:*"),
        answer=CacheInvalidated,
        entity="cache",
        no_event_reason=_REASON,
    ),
]
