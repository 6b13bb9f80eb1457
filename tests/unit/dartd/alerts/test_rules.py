"""Rules as data."""

from dartd.alerts.rules import BUILTIN, rules_of


def test_a_configuration_changes_and_adds_rules() -> None:
    """A built-in one is switched off, another has its limit changed and with it the value at which it ends, and one is new."""
    off, changed = {"name": "zone_empty", "enabled": False}, {"name": "camera_fps_low", "below": 0.3, "for_s": 60.0, "severity": None}
    new = {"name": "too_hot", "measure": "temperature_c", "above": 85.0, "severity": "critical", "enabled": True, "clear": None}
    plain, found = {rule.name: rule for rule in BUILTIN}, {rule.name: rule for rule in rules_of([off, changed, new])}
    low, hot = found["camera_fps_low"], found["too_hot"]

    assert set(found) == set(plain) - {"zone_empty"} | {"too_hot"}
    assert (low.limit, low.clear, low.for_s, low.side, low.severity) == (0.3, 0.375, 60.0, "below", "warning")
    assert (hot.limit, hot.clear, hot.side, hot.severity) == (85.0, 85.0, "above", "critical")
    assert rules_of([]) == BUILTIN


def test_a_ratio_is_of_the_baseline() -> None:
    """Unknown as long as that is, and not below the smallest value that matters."""
    rule = next(rule for rule in BUILTIN if rule.name == "detection_latency_high")

    assert [rule.limit_at(None), rule.limit_at(300.0), rule.limit_at(20.0)] == [None, 600.0, 250.0]
    assert [rule.is_broken(601.0, 300.0), rule.is_broken(200.0, 20.0), rule.is_broken(9999.0, None)] == [True, False, False]
    assert [rule.is_kept(450.0, 300.0), rule.is_kept(451.0, 300.0), rule.is_kept(1.0, None)] == [True, False, False]


def test_every_rule_says_what_to_do() -> None:
    """In a second sentence or clause, with what it is about; and the value at which it ends is on the right side of its limit."""
    for rule in BUILTIN:
        assert rule.message.endswith(".")
        assert len(rule.message.split()) >= 10, rule.name
        assert rule.clear <= rule.limit if rule.side == "above" else rule.clear >= rule.limit, rule.name
        assert set(rule.unless) <= {other.name for other in BUILTIN} - {rule.name}
