"""What the wire tells of the day so far, and of the system behind it."""

from schemas.base import Event


class MetricsUpdate(Event, tag="metrics_update", frozen=True, kw_only=True):
    """Today in short, told on the topic `metrics` every 30 seconds; a dart that fell or missed is thrown and scores nothing."""

    date: str
    darts: int
    visits: int
    points: int
    bounce_outs: int
    best_visit: int | None
    three_dart_average: str | None
    players: int
    clients: int


class SystemStatus(Event, tag="system_status", frozen=True, kw_only=True):
    """How the system behind the board is, told on the topic `system` every 30 seconds."""

    cache_hit_rate: float
    active_webhooks: int
    pending_deliveries: int
