"""`/api/v1/alerts` and `/api/v1/anomalies`: what is wrong and why, and who has noticed it."""

from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from dartd.store.journal import Outcome
from dartd.store.projections.alerts import anomaly_of, get_alert, list_alerts, list_anomalies
from dartd.web.http.cached import cached, key_of
from dartd.web.http.endpoint import Answer, Call, Endpoint
from dartd.web.http.paging import listed, missing, page_request
from dartd.web.http.resource import Resource
from dartd.web.services import Services
from schemas.alert import Alert, Anomaly
from schemas.api.alerts import AcknowledgedCount, Acknowledgement, AlertsQuery, AnomaliesQuery, ManyAcknowledged
from schemas.api.answers import Listed
from schemas.events import AlertChanged

_ID_DIGITS = 15  # more than alerts can be raised


async def get_alerts(call: Call) -> Listed[Alert]:
    """Return a page of alerts."""
    return await alerts_page(call.services, call.query)


async def alerts_page(services: Services, asked: AlertsQuery) -> Listed[Alert]:
    """Return a page of alerts, from the cache unless one has changed."""

    async def compute() -> Listed[Alert]:
        where = {name: getattr(asked, name) for name in ("status", "severity", "alert_type", "acknowledged", "camera_id")}
        page = await services.database.query(lambda c: list_alerts(c, page_request(asked), where))
        return listed(page, asked, _as_it_is)

    answer: Listed[Alert] = await cached(services.results, key_of("alerts_summary", asked), compute)
    return answer


async def get_one_alert(call: Call) -> Alert:
    """Return one alert."""
    alert_id = call.path("alert_id")
    found: Alert | None = await call.read(lambda c: get_alert(c, _number_of(alert_id)))
    if found is None:
        raise missing("alert", alert_id)
    return found


async def get_anomalies(call: Call) -> Listed[Anomaly]:
    """Return a page of anomalies."""
    asked: AnomaliesQuery = call.query
    where = {name: getattr(asked, name) for name in ("severity", "resolved", "anomaly_type")}
    return await call.read(lambda c: listed(list_anomalies(c, page_request(asked), where), asked, _as_it_is))  # type: ignore[no-any-return]  # read returns what the query does


async def acknowledge_one(call: Call) -> Alert:
    """Acknowledge an alert; one that was acknowledged before stays as it was, unless it says now what was done.

    Raises:
        Problem: 404 if there is none.
    """
    alert_id, body = call.path("alert_id"), call.body or Acknowledgement()

    def acknowledge(connection: sa.Connection) -> tuple[Alert, list[AlertChanged]]:
        alert = get_alert(connection, _number_of(alert_id))
        if alert is None:
            raise missing("alert", alert_id)
        if alert.acknowledged and body.action_taken is None:
            return alert, []
        changed = _acknowledged(call, connection, alert, body.action_taken)
        return changed.alert, [changed]

    answer: Answer = await _commit(call, acknowledge, alert_id)
    alert: Alert = answer.value
    return alert


async def acknowledge_many(call: Call) -> AcknowledgedCount:
    """Acknowledge several alerts; those that do not exist, or were acknowledged before, count as failed."""
    body: ManyAcknowledged = call.body

    def acknowledge(connection: sa.Connection) -> tuple[AcknowledgedCount, list[AlertChanged]]:
        found = [get_alert(connection, alert_id) for alert_id in dict.fromkeys(body.alert_ids)]
        events = [_acknowledged(call, connection, each, body.action_taken) for each in found if each is not None and not each.acknowledged]
        return AcknowledgedCount(acknowledged=len(events), failed=len(body.alert_ids) - len(events)), events

    answer: Answer = await _commit(call, acknowledge, ",".join(map(str, body.alert_ids[:10])))
    count: AcknowledgedCount = answer.value
    return count


def _acknowledged(call: Call, connection: sa.Connection, alert: Alert, action_taken: str | None) -> AlertChanged:
    """Return the event of an acknowledgement; a resolved alert stays resolved."""
    changed = msgspec.structs.replace(
        alert,
        status="resolved" if alert.status == "resolved" else "acknowledged",
        acknowledged=True,
        acknowledged_by=alert.acknowledged_by or call.principal.name,
        acknowledged_at=alert.acknowledged_at or call.services.timestamp(),
        action_taken=alert.action_taken if action_taken is None else action_taken,
    )
    return AlertChanged(alert=changed, anomaly=anomaly_of(connection, alert.alert_id))


async def _commit(call: Call, change: Any, entity_id: str) -> Answer:
    """Make a change with its events and its audit entry in one commit."""
    entry = call.audit_entry(entity_id)

    def acknowledge(connection: sa.Connection) -> Outcome:
        value, events = change(connection)
        answer = Answer(value=value)
        call.record(connection, entry, answer)
        changed: Sequence[AlertChanged] = events
        return Outcome(answer, changed)

    answer: Answer = await call.services.board.write(acknowledge)
    return answer


def _number_of(alert_id: str) -> int:
    """Return the number of an alert, 0 (which none has) for text that is none."""
    return int(alert_id) if alert_id.isascii() and alert_id.isdecimal() and len(alert_id) <= _ID_DIGITS else 0


def _as_it_is(row: Any) -> Any:
    return row


ALERTS = Resource(path="/api/v1/alerts", one="/api/v1/alerts/{alert_id}", tag="alerts", answer=Alert)
ANOMALIES = Resource(path="/api/v1/anomalies", one="", tag="alerts", answer=Anomaly)


def _acknowledge(path: str, handler: Any, summary: str, body: type, answer: type, *, required: bool, example: Any) -> Endpoint:
    return Endpoint(
        method="POST",
        path=path,
        handler=handler,
        summary=summary,
        permission="alerts:acknowledge",
        rate="default",
        tag="alerts",
        body=body,
        body_required=required,
        example=example,
        answer=answer,
        entity="alert",
        no_event_reason="the event alert is published",
    )


ENDPOINTS = [
    ALERTS.list(get_alerts, "Alerts, the latest first", "alerts:read", AlertsQuery),
    _acknowledge(
        "/api/v1/alerts/acknowledge",
        acknowledge_many,
        "Acknowledge several alerts",
        ManyAcknowledged,
        AcknowledgedCount,
        required=True,
        example=ManyAcknowledged(alert_ids=(1, 2)),
    ),
    ALERTS.read(get_one_alert, "One alert", "alerts:read"),
    _acknowledge(
        "/api/v1/alerts/{alert_id}/acknowledge",
        acknowledge_one,
        "Acknowledge an alert, and say what was done about it",
        Acknowledgement,
        Alert,
        required=False,
        example=Acknowledgement(action_taken="plugged the cable in again"),
    ),
    ANOMALIES.list(get_anomalies, "Anomalies with their probable causes, the latest first", "alerts:read", AnomaliesQuery),
]
