"""Refresh families."""

import pytest
import sqlalchemy as sa

from dartd.store.families import is_open, open_family, revoke_families_of, revoke_family, rotate


@pytest.fixture
def family(core: sa.Connection) -> sa.Connection:
    """Log in."""
    open_family(core, "f1", "u1", at_s=0.0, expires_at_s=100.0)
    return core


def test_each_generation_is_good_once(family: sa.Connection) -> None:
    """One refresh follows the other."""
    assert [rotate(family, "f1", generation, 1.0) for generation in (1, 2, 3)] == ["u1"] * 3


def test_older_generation_ends_the_family(family: sa.Connection) -> None:
    """A used token was stolen from or by its sender: the whole family ends."""
    rotate(family, "f1", 1, 1.0)
    again = rotate(family, "f1", 1, 2.0)

    assert (again, rotate(family, "f1", 2, 3.0), is_open(family, "f1", 3.0)) == (None, None, False)


def test_family_ends(family: sa.Connection) -> None:
    """By its time, by logout, with its user; an expired one is forgotten with the next login."""
    assert (is_open(family, "f1", 99.0), is_open(family, "f1", 100.0), rotate(family, "f1", 1, 100.0)) == (True, False, None)
    open_family(family, "f2", "u1", at_s=200.0, expires_at_s=300.0)
    open_family(family, "f3", "u1", at_s=200.0, expires_at_s=300.0)
    revoke_family(family, "f2")
    assert (is_open(family, "f2", 201.0), is_open(family, "f3", 201.0)) == (False, True)
    revoke_families_of(family, "u1")
    assert is_open(family, "f3", 201.0) is False
