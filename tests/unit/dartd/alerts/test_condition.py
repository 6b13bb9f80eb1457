"""Hysteresis."""

import pytest

from dartd.alerts.condition import UNKNOWN_S, Condition
from dartd.alerts.rules import Rule

RULE = Rule(name="hot", measure="temperature_c", severity="warning", limit=80, clear=70, for_s=10, resolve_s=5)


def judged(values: list[float | None], *, is_open: bool, period_s: float = 5.0) -> list[str | None]:
    """Return the verdicts on values in a row."""
    condition = Condition()
    return [condition.judge(RULE, value, None, k * period_s, is_open=is_open) for k, value in enumerate(values)]


@pytest.mark.parametrize(
    ("values", "is_open", "last"),
    [
        ([90, 90], False, None),
        ([90, 90, 90], False, "raise"),
        ([90, 90, 79, 90, 90], False, None),
        ([90, 90, None, 90, 90], False, None),
        ([75, 75, 75], True, None),
        ([70], True, None),
        ([70, 70], True, "resolve"),
        ([70, 75, 70], True, None),
    ],
)
def test_a_rule_must_be_broken_and_kept_for_a_time(values: list[float | None], *, is_open: bool, last: str | None) -> None:
    """Between limit and clear nothing changes, and what is not known interrupts."""
    assert judged(values, is_open=is_open)[-1] == last


def test_an_alert_ends_when_its_measure_is_no_longer_known() -> None:
    """After long enough."""
    assert judged([None] * 3, is_open=True, period_s=UNKNOWN_S / 2) == [None, None, "resolve"]
