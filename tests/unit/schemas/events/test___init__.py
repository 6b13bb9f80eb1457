"""The unions of events."""

from typing import get_args

from schemas.events import BoardEvent, EntityChange, EntityEvent, JournalledEvent, LiveEvent


def test_the_unions_do_not_overlap() -> None:
    """The board's events, events of entities and live events are apart; journalled are the first two."""
    board, entity, live = set(get_args(BoardEvent)), set(get_args(EntityEvent)), set(get_args(LiveEvent))

    assert not board & entity
    assert not (board | entity) & live
    assert set(get_args(JournalledEvent)) == board | entity
    assert set(get_args(EntityChange)) < entity


def test_every_entity_event_says_who_did_it() -> None:
    """People's writes name the user."""
    assert all("user_id" in event.__struct_fields__ for event in get_args(EntityEvent))
