"""Every alert and anomaly as of its last change."""

from collections.abc import Mapping

import msgspec
import sqlalchemy as sa

from dartd.store.listing import Listing, Page, PageRequest, equal
from dartd.store.projections.registry import Projection, Recorded
from dartd.store.tables import alerts, anomalies
from dartd.store.timestamps import seconds_of_timestamp
from schemas.alert import Alert, Anomaly
from schemas.codec import encode_json
from schemas.events import AlertChanged

ALERTS = Listing(alerts, alerts.c.alert_id, {"timestamp": alerts.c.at_s}, default="-timestamp")
ANOMALIES = Listing(anomalies, anomalies.c.anomaly_id, {"timestamp": anomalies.c.at_s}, default="-timestamp")

_alert = msgspec.json.Decoder(Alert)
_anomaly = msgspec.json.Decoder(Anomaly)


def fold(connection: sa.Connection, recorded: Recorded) -> None:
    """Store what an event says of an alert and its anomaly."""
    event = recorded.event
    if not isinstance(event, AlertChanged):
        raise TypeError(f"{type(event).__name__} is not followed by this projection")
    alert, anomaly = event.alert, event.anomaly
    row: dict[str, object] = {name: getattr(alert, name) for name in ("alert_type", "severity", "status", "acknowledged", "camera_id")}
    _store(connection, alerts.c.alert_id, alert.alert_id, {**row, "at_s": seconds_of_timestamp(alert.timestamp), "body": _body(alert)})
    if anomaly is not None:
        row = {name: getattr(anomaly, name) for name in ("anomaly_type", "severity", "resolved")}
        at_s = seconds_of_timestamp(anomaly.timestamp)
        _store(connection, anomalies.c.anomaly_id, anomaly.anomaly_id, {**row, "at_s": at_s, "body": _body(anomaly)})


PROJECTION = Projection(name="alerts", version=1, tables=(alerts, anomalies), follows=(AlertChanged,), fold=fold)


def get_alert(connection: sa.Connection, alert_id: int) -> Alert | None:
    """Return an alert, None if there is none."""
    body = connection.execute(sa.select(alerts.c.body).where(alerts.c.alert_id == alert_id)).scalar()
    return None if body is None else _alert.decode(body)


def anomaly_of(connection: sa.Connection, alert_id: int) -> Anomaly | None:
    """Return the anomaly of an alert, None if there is none; both have the same id."""
    body = connection.execute(sa.select(anomalies.c.body).where(anomalies.c.anomaly_id == alert_id)).scalar()
    return None if body is None else _anomaly.decode(body)


def list_alerts(connection: sa.Connection, ask: PageRequest, where: Mapping[str, object]) -> Page:
    """Return a page of alerts; `where` gives the values of columns, None for any."""
    page = ALERTS.page(connection, ask, equal(alerts, where))
    return msgspec.structs.replace(page, rows=[_alert.decode(row.body) for row in page.rows])


def list_anomalies(connection: sa.Connection, ask: PageRequest, where: Mapping[str, object]) -> Page:
    """Return a page of anomalies; `where` gives the values of columns, None for any."""
    page = ANOMALIES.page(connection, ask, equal(anomalies, where))
    return msgspec.structs.replace(page, rows=[_anomaly.decode(row.body) for row in page.rows])


def count_raised(connection: sa.Connection, since_s: float) -> tuple[int, int]:
    """Return how many alerts and anomalies there were since a moment of wall time."""
    counts = (
        connection.execute(sa.select(sa.func.count()).select_from(table).where(table.c.at_s >= since_s)).scalar_one()
        for table in (alerts, anomalies)
    )
    found, unusual = counts
    return found, unusual


def _body(value: Alert | Anomaly) -> str:
    return encode_json(value).decode()


def _store(connection: sa.Connection, key: "sa.Column[int]", number: int, row: Mapping[str, object]) -> None:
    if not connection.execute(sa.update(key.table).where(key == number).values(**row)).rowcount:
        connection.execute(sa.insert(key.table).values({key.name: number, **row}))
