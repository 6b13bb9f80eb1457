"""Events of alerts."""

from schemas.alert import Alert, Anomaly
from schemas.base import Event


class AlertChanged(Event, tag="alert", frozen=True, kw_only=True):
    """An alert was raised, acknowledged or resolved; its `status` says which. `anomaly` has the probable cause."""

    alert: Alert
    anomaly: Anomaly | None = None
