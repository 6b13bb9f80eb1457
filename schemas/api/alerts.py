"""Alerts and anomalies: what can be asked, and how they are acknowledged."""

from typing import Annotated, Literal

from msgspec import Meta

from schemas.alert import AlertStatus, Severity
from schemas.api.answers import Id, ListQuery
from schemas.base import Value

AlertId = Annotated[int, Meta(ge=1, le=2**53)]
ActionTaken = Annotated[str, Meta(max_length=500, description="what was done about it")]
_Kind = Annotated[str, Meta(pattern=r"^[a-z0-9_]{1,64}\Z", description="the name of a rule")]


class AlertsQuery(ListQuery, frozen=True, kw_only=True):
    """Filters and sort order of alerts."""

    sort: Literal["timestamp", "-timestamp"] = "-timestamp"
    status: AlertStatus | None = None
    severity: Severity | None = None
    alert_type: _Kind | None = None
    acknowledged: bool | None = None
    camera_id: Id | None = None


class AnomaliesQuery(ListQuery, frozen=True, kw_only=True):
    """Filters and sort order of anomalies."""

    sort: Literal["timestamp", "-timestamp"] = "-timestamp"
    severity: Severity | None = None
    resolved: bool | None = None
    anomaly_type: _Kind | None = None


class Acknowledgement(Value, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """That an alert was noticed, and what was done about it."""

    action_taken: ActionTaken | None = None


class ManyAcknowledged(Acknowledgement, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """That several alerts were noticed."""

    alert_ids: Annotated[tuple[AlertId, ...], Meta(min_length=1, max_length=100)]


class AcknowledgedCount(Value, frozen=True, kw_only=True):
    """How many alerts were acknowledged, and how many could not be: there is no such alert, or it was acknowledged before."""

    acknowledged: int
    failed: int
