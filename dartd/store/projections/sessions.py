"""Every session as of its last change."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from dartd.store.listing import ALWAYS, Listing, Page, PageRequest, Span, equal
from dartd.store.projections.registry import Projection, Recorded
from dartd.store.tables import sessions
from dartd.store.timestamps import seconds_of_timestamp
from schemas.codec import encode_json
from schemas.events import PlayerErased, PlayerMerged, SessionUpdated
from schemas.session import Session

SESSIONS = Listing(sessions, sessions.c.session_id, {"entry_time": sessions.c.entry_s}, default="-entry_time")

_session = msgspec.json.Decoder(Session)


def fold(connection: sa.Connection, recorded: Recorded) -> None:
    """Apply what an event says of a session."""
    event = recorded.event
    match event:
        case SessionUpdated():
            _store(connection, recorded.seq, event.session)
        case PlayerMerged():
            _rename_player(connection, event.player_id, event.into_player_id)
        case PlayerErased():
            _rename_player(connection, event.player_id, None)
        case _:
            raise TypeError(f"{type(event).__name__} is not followed by this projection")


PROJECTION = Projection(
    name="sessions",
    version=1,
    tables=(sessions,),
    follows=(SessionUpdated, PlayerMerged, PlayerErased),
    fold=fold,
)


def get_session(connection: sa.Connection, session_id: str) -> Any:
    """Return the row of a session, None if there is none."""
    return connection.execute(sa.select(sessions).where(sessions.c.session_id == session_id)).first()


def session_in(row: Any) -> Session:
    """Return the session of a row, as of its last change."""
    return msgspec.structs.replace(_session.decode(row.body), player_id=row.player_id)


def list_sessions(connection: sa.Connection, ask: PageRequest, where: Mapping[str, object], span: Span = ALWAYS) -> Page:
    """Return a page of the sessions that were there in a span; `where` gives the values of columns, None for any."""
    return SESSIONS.page(connection, ask, [*equal(sessions, where), *_during(span)])


def sessions_during(connection: sa.Connection, span: Span, player_id: str | None = None) -> Sequence[Session]:
    """Return the sessions that were there in a span, the oldest first."""
    conditions = [*_during(span), *equal(sessions, {"player_id": player_id})]
    return [session_in(row) for row in connection.execute(sa.select(sessions).where(*conditions).order_by(sessions.c.entry_s)).all()]


def _during(span: Span) -> list[sa.ColumnElement[bool]]:
    after = [] if span.after_s is None else [sa.or_(sessions.c.exit_s.is_(None), sessions.c.exit_s >= span.after_s)]
    return after + ([] if span.before_s is None else [sessions.c.entry_s < span.before_s])


def _store(connection: sa.Connection, seq: int, session: Session) -> None:
    row: dict[str, object] = {
        "player_id": session.player_id,
        "board_id": session.board_id,
        "entry_s": seconds_of_timestamp(session.entry_time),
        "exit_s": None if session.exit_time is None else seconds_of_timestamp(session.exit_time),
        "body": encode_json(msgspec.structs.replace(session, player_id=None)).decode(),
    }
    changed = sa.update(sessions).where(sessions.c.session_id == session.session_id)
    if not connection.execute(changed.values(**row)).rowcount:
        connection.execute(sa.insert(sessions).values(session_id=session.session_id, seq=seq, **row))


def _rename_player(connection: sa.Connection, player_id: str, into: str | None) -> None:
    connection.execute(sa.update(sessions).where(sessions.c.player_id == player_id).values(player_id=into))
