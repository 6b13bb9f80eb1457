"""Alerts and anomalies: what is wrong, since when, why, and what became of it."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from schemas.base import Value

_Figures = Annotated[dict[str, Any], Meta(extra_json_schema={"additionalProperties": True})]  # different ones for each rule
Severity = Literal["info", "warning", "high", "critical"]
AlertStatus = Literal["pending", "acknowledged", "resolved"]
OperationType = Literal["camera", "calibration", "detection", "performance", "play", "storage", "webhook", "host", "outlet"]

# What a rule may watch. Its unit is in the name; without one it is 1 while it is so, and 0 otherwise.
Measure = Literal[
    "backup_overdue",
    "bounce_out_share",
    "calibration_failed",
    "camera_bias_mm",
    "camera_deviation_mm",
    "camera_fault",
    "camera_fps_share",
    "camera_offline",
    "camera_unused_share",
    "commit_ms",
    "confidence",
    "cpu_percent",
    "disk_free_mb",
    "latency_p99_ms",
    "memory_percent",
    "outlet_away_s",
    "takeout_overdue",
    "temperature_c",
    "turn_idle_s",
    "webhook_failing_s",
    "zone_empty",
]
BuiltinRule = Literal[
    "backup_overdue",
    "bounce_outs_many",
    "calibration_drift",
    "calibration_failed",
    "camera_fault",
    "camera_fps_low",
    "camera_offline",
    "cameras_disagree",
    "confidence_falling",
    "detection_latency_high",
    "disk_nearly_full",
    "journal_slow",
    "outlet_down",
    "takeout_overdue",
    "turn_idle",
    "webhook_failing",
    "zone_empty",
]


class Alert(Value, frozen=True, kw_only=True):
    """An alert: a rule was broken at `timestamp`, by the board or by one camera, zone, player, webhook or outlet.

    It stays `pending` or `acknowledged` until its cause is gone; `acknowledged` says whether a person has acknowledged it at any time.
    """

    alert_id: int
    timestamp: str
    alert_type: str
    severity: Severity
    status: AlertStatus = "pending"
    operation_type: OperationType
    board_id: str
    camera_id: str | None = None
    zone_id: str | None = None
    player_id: str | None = None
    message: str
    context: _Figures = msgspec.field(default_factory=dict)
    acknowledged: bool = False
    acknowledged_by: str | None = None
    acknowledged_at: str | None = None
    action_taken: str | None = None
    resolved_at: str | None = None


class Anomaly(Value, frozen=True, kw_only=True):
    """What was unusual when an alert was raised: the probable cause, and the figures that speak for it."""

    anomaly_id: int
    timestamp: str
    anomaly_type: str
    severity: Severity
    board_id: str
    camera_id: str | None = None
    player_id: str | None = None
    zone_id: str | None = None
    description: str
    root_cause: str
    evidence: _Figures = msgspec.field(default_factory=dict)
    resolved: bool = False
    resolved_at: str | None = None
    alert_id: int | None = None
