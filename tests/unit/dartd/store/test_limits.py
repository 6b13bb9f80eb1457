"""Limits in the store."""

import sqlalchemy as sa

from dartd.store.limits import keep_limits, load_limits


def test_what_is_not_full_again_is_remembered(core: sa.Connection) -> None:
    """A later moment replaces an earlier one; what is full again is forgotten."""
    keep_limits(core, {"a": 10.0, "b": 20.0}, 0.0)
    keep_limits(core, {"b": 30.0}, 15.0)

    assert load_limits(core, 16.0) == {"b": 30.0}
    assert load_limits(core, 31.0) == {}
