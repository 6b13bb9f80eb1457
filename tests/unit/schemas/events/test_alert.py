"""Events of alerts."""

from schemas.codec import decode_journalled, encode_wire
from schemas.events import AlertChanged
from tests.support.alerts import ALERT, ANOMALY


def test_an_event_is_read_back() -> None:
    """With its header."""
    event = AlertChanged(alert=ALERT, anomaly=ANOMALY)

    assert decode_journalled(encode_wire(event, {"seq": 1})) == event
