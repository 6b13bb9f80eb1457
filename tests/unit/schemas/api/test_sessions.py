"""What can be asked of sessions."""

import msgspec
import pytest

from schemas.api.sessions import OpenSessionsQuery, SessionsQuery


@pytest.mark.parametrize(("query", "kind"), [({"since": "today"}, SessionsQuery), ({"player_id": "ann"}, OpenSessionsQuery)])
def test_what_is_no_filter_is_refused(query: dict[str, str], kind: type[object]) -> None:
    """By name and by form."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(query, kind)
