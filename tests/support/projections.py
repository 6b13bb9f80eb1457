"""Fold events into a projection as the journal does."""

import sqlalchemy as sa

from dartd.store.projections.registry import Projection, Recorded
from schemas.base import BoardId
from schemas.events import JournalledEvent


def follow(connection: sa.Connection, projection: Projection, *events: JournalledEvent, first: int = 1, step_s: float = 1.0) -> None:
    """Fold those of the events that the projection follows; each happens `step_s` after the one before."""
    numbered = enumerate(events, first)
    followed = [Recorded(event, seq, step_s * seq, BoardId("main")) for seq, event in numbered if isinstance(event, projection.follows)]
    projection.apply(connection, followed)
