"""What can be asked of alerts."""

import msgspec
import pytest

from schemas.api.alerts import AlertsQuery, AnomaliesQuery, ManyAcknowledged


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({"status": "open"}, AlertsQuery),
        ({"severity": "low"}, AnomaliesQuery),
        ({"alert_ids": []}, ManyAcknowledged),
        ({"alert_ids": [0]}, ManyAcknowledged),
        ({"alert_ids": [1], "user": "ann"}, ManyAcknowledged),
    ],
)
def test_what_cannot_be_is_refused(given: dict[str, object], kind: type[object]) -> None:
    """By name and by value."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(given, kind)
