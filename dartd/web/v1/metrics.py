"""`/api/v1/metrics`: today, and the sessions of a zone or a player over a day, a week or a month."""

from typing import Any

from dartd.store.play_metrics import Present, read_player, read_today, read_zone
from dartd.web.http.endpoint import Call, Endpoint, Handler
from dartd.web.v1.players import PLAYERS
from dartd.web.v1.statistics import days_of
from dartd.web.v1.zones import ZONES
from schemas.api.metrics import MetricsQuery, PlayerMetrics, TodayMetrics, ZoneMetrics


def _present(call: Call) -> Present:
    services = call.services
    return Present(services.board.snapshot(), services.sessions(), services.calibrations.of, days_of(call), services.accounts.now())


async def get_today(call: Call) -> TodayMetrics:
    """Return the day so far."""
    present = _present(call)
    answer: TodayMetrics = await call.read(lambda connection: read_today(connection, present))
    return answer


async def get_zone(call: Call) -> ZoneMetrics:
    """Return the sessions in a zone."""
    asked: MetricsQuery = call.query
    zone, present = await ZONES.visible(call), _present(call)
    answer: ZoneMetrics = await call.read(lambda connection: read_zone(connection, present, zone.zone_id, zone.name, asked.period))
    return answer


async def get_player(call: Call) -> PlayerMetrics:
    """Return the sessions of a player."""
    asked: MetricsQuery = call.query
    row, present = await PLAYERS.visible(call), _present(call)
    answer: PlayerMetrics = await call.read(lambda connection: read_player(connection, present, row.player_id, row.name, asked.period))
    return answer


def _read(path: str, handler: Handler, summary: str, answer: Any, *, query: type | None = None, **access: Any) -> Endpoint:
    return Endpoint(
        method="GET", path=f"/api/v1/metrics/{path}", handler=handler, summary=summary, rate="metrics", tag="metrics", query=query,
        answer=answer, **access,
    )  # fmt: skip


ENDPOINTS = [
    _read("today", get_today, "The day so far", TodayMetrics, permission="metrics:read"),
    _read("zone/{zone_id}", get_zone, "The sessions in a zone", ZoneMetrics, query=MetricsQuery, permission="metrics:read"),
    _read(
        "player/{player_id}",
        get_player,
        "The sessions of a player",
        PlayerMetrics,
        query=MetricsQuery,
        permission="players:read",  # as everything else of a player
        own="profile:own",
    ),
]
