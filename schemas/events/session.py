"""Events of sessions."""

from schemas.base import Event
from schemas.session import Session, SessionChange


class SessionUpdated(Event, tag="session_update", frozen=True, kw_only=True):
    """A session began, its player throws no more or throws again, or it ended."""

    event: SessionChange
    session: Session
