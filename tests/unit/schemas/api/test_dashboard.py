"""The answer of the dashboard."""

from schemas.api.dashboard import FixtureCounts
from schemas.codec import encode_json


def test_every_status_of_fixtures_is_counted() -> None:
    """Also those that no fixture has."""
    assert encode_json(FixtureCounts(called=2)) == b'{"scheduled":0,"called":2,"playing":0,"finished":0}'
