"""The tables of alerts and anomalies."""

import msgspec
import sqlalchemy as sa

from dartd.store.listing import PageRequest
from dartd.store.projections.alerts import PROJECTION, anomaly_of, count_raised, get_alert, list_alerts, list_anomalies
from schemas.events import AlertChanged
from tests.support.alerts import ALERT, ANOMALY
from tests.support.projections import follow

SECOND = msgspec.structs.replace(
    ALERT, alert_id=2, timestamp="1970-01-01T00:05:00.000Z", alert_type="turn_idle", severity="info", camera_id=None
)
RESOLVED = msgspec.structs.replace(ALERT, status="resolved", resolved_at=SECOND.timestamp)
OVER = msgspec.structs.replace(ANOMALY, resolved=True, resolved_at=SECOND.timestamp)


def test_alerts_as_of_their_last_change(core: sa.Connection) -> None:
    """Found by what they are, the latest first, and counted by when they were raised."""
    raised = AlertChanged(alert=ALERT, anomaly=ANOMALY)
    follow(core, PROJECTION, raised, AlertChanged(alert=SECOND), AlertChanged(alert=RESOLVED, anomaly=OVER))

    def found(**where: object) -> list[int]:
        return [alert.alert_id for alert in list_alerts(core, PageRequest(), where).rows]

    assert (get_alert(core, 1), get_alert(core, 2), get_alert(core, 3)) == (RESOLVED, SECOND, None)
    assert [found(), found(status="resolved"), found(severity="info"), found(camera_id="cam0"), found(acknowledged=True)] == [
        [2, 1],
        [1],
        [2],
        [1],
        [],
    ]
    assert list_anomalies(core, PageRequest(), {"resolved": True}).rows == [OVER]
    assert (list_anomalies(core, PageRequest(), {"resolved": False}).rows, anomaly_of(core, 1), anomaly_of(core, 2)) == ([], OVER, None)
    assert [count_raised(core, since_s) for since_s in (0.0, 200.0)] == [(2, 1), (1, 0)]
