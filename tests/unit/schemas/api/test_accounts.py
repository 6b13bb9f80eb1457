"""Logins, users and keys."""

from typing import get_args

import msgspec
import pytest

from dartd.auth.permissions import ROLES
from schemas.api.accounts import Me, NewKey, Register, Role, UserAnswer, UserChange


def test_roles_are_those_there_are() -> None:
    """What may be given is what has rights."""
    assert set(get_args(Role)) == set(ROLES)


@pytest.mark.parametrize(
    "body", [b'{"username":"a b","password":"longenough"}', b'{"username":"ab","password":"short"}', b'{"username":"ab"}']
)
def test_account_is_strict(body: bytes) -> None:
    """A name without spaces, a password of eight characters."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(body, type=Register)


def test_absent_is_not_null() -> None:
    """What is left out stays; null takes away."""
    change = msgspec.json.decode(b'{"player_id":null}', type=UserChange)

    assert (change.player_id, change.name) == (None, msgspec.UNSET)


def test_no_answer_holds_a_password() -> None:
    """Nor its hash."""
    assert not {field for kind in (UserAnswer, Me) for field in kind.__struct_fields__ if "password" in field or "hash" in field}


def test_moment_has_its_offset() -> None:
    """A time without one could be any."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"name":"k","expires_at":"2030-01-01T00:00:00"}', type=NewKey)
