"""Matches that cannot be computed."""

import msgspec

from dartd.play.failures import Failures, KnownMatch, given_up
from schemas.events import FixtureReported, MatchStateChanged


def test_failed_match_is_published_once() -> None:
    """With its reason; the board whose fixture it plays gets a report, also of a match that another version stored."""
    failures = Failures()
    failures.add(KnownMatch(match_id="m1"), ValueError("a fault"))
    failures.add_stored(msgspec.Raw(b'{"info": {"match_id": "m2", "fixture_id": "f1", "host_id": "a", "new": 1}}'), KeyError("rules"))
    events = failures.take()

    assert [each.match_id for each in events if isinstance(each, MatchStateChanged)] == ["m1", "m2"]
    assert events[0] == MatchStateChanged(match_id="m1", status="error", previous_status="running", reason="ValueError: a fault")
    assert events[2:] == [FixtureReported(match_id="m2", host_id="a", fixture_id="f1", status="abandoned")]
    assert failures.take() == []


def test_own_matches_are_reported_to_no_board() -> None:
    """A fixture of this board follows its match in the same commit."""
    assert given_up(KnownMatch(match_id="m1", fixture_id="f1")) == []
