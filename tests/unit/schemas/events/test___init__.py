"""The unions of events."""

from typing import get_args

from schemas.events import AlertChanged, BoardEvent, EntityChange, EntityEvent, JournalledEvent, LiveEvent, PlayEvent
from schemas.events.session import SessionUpdated


def test_the_unions_do_not_overlap() -> None:
    """Events of the board, of matches, of sessions and alerts, of entities and live ones are apart; all but the last are journalled."""
    board, play, entity, live = (set(get_args(union)) for union in (BoardEvent, PlayEvent, EntityEvent, LiveEvent))

    assert len(board | play | entity | live) == len(board) + len(play) + len(entity) + len(live)
    assert set(get_args(JournalledEvent)) == board | play | entity | {SessionUpdated, AlertChanged}
    assert set(get_args(EntityChange)) < entity


def test_every_entity_event_says_who_did_it() -> None:
    """People's writes name the user."""
    assert all("user_id" in event.__struct_fields__ for event in get_args(EntityEvent))
