"""Who lets others see that he watches."""

from schemas.base import Event, Value


class Watcher(Value, frozen=True, kw_only=True):
    """Somebody who lets others see that he watches."""

    client_id: str
    name: str


class Presence(Event, tag="presence", frozen=True, kw_only=True):
    """Who watches `watched`, told on the topic `presence:{watched}` a moment after somebody came or went."""

    watched: str
    count: int
    watchers: tuple[Watcher, ...] = ()
