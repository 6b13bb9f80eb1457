"""`/api/v1/sessions`: who throws, and who has thrown, at a board."""

from typing import Any

import msgspec
import sqlalchemy as sa

from dartd.store.listing import Span
from dartd.store.projections.sessions import get_session, list_sessions, session_in
from dartd.web.http.endpoint import Call, Endpoint
from dartd.web.http.paging import listed, missing, page_request
from dartd.web.http.player_rights import check_player_filter, readable_names
from dartd.web.http.problems import Problem
from dartd.web.http.resource import Resource
from dartd.web.v1.statistics import when
from schemas.api.answers import Listed, Pagination
from schemas.api.sessions import OpenSessionsQuery, SessionsQuery
from schemas.session import Session

_replace = msgspec.structs.replace


async def get_open_sessions(call: Call) -> Listed[Session]:
    """Return the sessions that are open now."""
    asked: OpenSessionsQuery = call.query
    if asked.cursor is not None:
        raise Problem(422, "VALIDATION_ERROR", "cursor: open sessions are on one page; use offset", details={"field": "cursor"})
    found = [each for each in call.services.sessions() if asked.zone_id in {None, each.zone_id} and asked.board_id in {None, each.board_id}]
    names = await call.read(lambda connection: readable_names(connection, call.principal, [each.player_id for each in found]))
    page = found[asked.offset : asked.offset + asked.limit]
    where = Pagination(total=len(found), limit=asked.limit, offset=asked.offset, next_cursor=None)
    return Listed(data=tuple(_named(each, names) for each in page), pagination=where)


async def get_sessions(call: Call) -> Listed[Session]:
    """Return a page of sessions, open ones as of now."""
    asked: SessionsQuery = call.query
    await check_player_filter(call, asked.player_id)
    span = Span(after_s=when(call, asked.since, "since"), before_s=when(call, asked.until, "until", is_end=True))
    where, live = {"player_id": asked.player_id, "board_id": asked.board_id}, _live(call)

    def read(connection: sa.Connection) -> Listed[Session]:
        page = list_sessions(connection, page_request(asked), where, span)
        sessions = [_as_of_now(row, live) for row in page.rows]
        names = readable_names(connection, call.principal, [each.player_id for each in sessions])
        return listed(_replace(page, rows=sessions), asked, lambda session: _named(session, names))

    answer: Listed[Session] = await call.read(read)
    return answer


async def get_one_session(call: Call) -> Session:
    """Return one session, as of now if it is open."""
    session_id, live = call.path("session_id"), _live(call)

    def read(connection: sa.Connection) -> Session | None:
        row = get_session(connection, session_id)
        if row is None:
            return None
        session = _as_of_now(row, live)
        return _named(session, readable_names(connection, call.principal, [session.player_id]))

    found: Session | None = await call.read(read)
    if found is None:
        raise missing("session", session_id)
    return found


def _live(call: Call) -> dict[str, Session]:
    return {each.session_id: each for each in call.services.sessions()}


def _as_of_now(row: Any, live: dict[str, Session]) -> Session:
    return live.get(row.session_id) or session_in(row)


def _named(session: Session, names: dict[str, str]) -> Session:
    return _replace(session, player_name=names.get(session.player_id or ""))


SESSIONS = Resource(path="/api/v1/sessions", one="/api/v1/sessions/{session_id}", tag="sessions", answer=Session)

ENDPOINTS = [
    Endpoint(
        method="GET",
        path="/api/v1/sessions/active",
        handler=get_open_sessions,
        summary="Sessions that are open now",
        permission="sessions:read",
        rate="default",
        tag="sessions",
        query=OpenSessionsQuery,
        answer=Listed[Session],
    ),
    SESSIONS.list(get_sessions, "Sessions, the latest first", "sessions:read", SessionsQuery),
    SESSIONS.read(get_one_session, "One session with its timeline", "sessions:read"),
]
