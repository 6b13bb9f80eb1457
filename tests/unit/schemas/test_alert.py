"""Alerts."""

from typing import get_args

from dartd.alerts.rules import BUILTIN, OPERATIONS
from schemas.alert import BuiltinRule, Measure


def test_the_names_are_those_of_the_rules() -> None:
    """A configuration is checked by the names of rules and measures: they must be the same."""
    assert {rule.name for rule in BUILTIN} == set(get_args(BuiltinRule))
    assert set(OPERATIONS) == set(get_args(Measure))
