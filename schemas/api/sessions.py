"""Sessions: what can be asked. The answer is `Session`."""

from typing import Literal

from schemas.api.answers import Id, ListQuery
from schemas.api.statistics import When


class OpenSessionsQuery(ListQuery, frozen=True, kw_only=True):
    """Filters of open sessions."""

    zone_id: Id | None = None
    board_id: Id | None = None


class SessionsQuery(ListQuery, frozen=True, kw_only=True):
    """Filters and sort order of sessions: those that were there after `since` and before `until`."""

    sort: Literal["entry_time", "-entry_time"] = "-entry_time"
    player_id: Id | None = None
    board_id: Id | None = None
    since: When | None = None
    until: When | None = None
