"""The clients that watch a topic."""

from dartd.web.connections.presence import MAX_TOPICS, PresenceRegistry
from schemas.events import Presence
from tests.support.waiting import Waiting


async def test_changes_are_published_together(waiting: Waiting) -> None:
    """Many come and go within a moment: presence is published once, as it is then."""
    published: list[Presence] = []
    presences = PresenceRegistry()
    for k in range(5):
        presences.add(f"c{k}", "board:main", f"name {k}", published.append)
    presences.remove_client("c0")
    await waiting.soon(lambda: published)

    assert [(each.watched, each.count, each.watchers[0].name) for each in published] == [("board:main", 4, "name 1")]


async def test_who_leaves_is_seen_nowhere() -> None:
    """Nothing is kept of a client that is gone."""
    presences = PresenceRegistry()
    for k in range(3):
        presences.add("c1", f"board:{k}", "Ada", lambda _: None)
    presences.remove_client("c1")

    assert (presences.watching("board:1").count, presences._watchers, presences._topics_of) == (0, {}, {})


async def test_a_client_is_seen_at_few_topics() -> None:
    """What one client can make us keep is bounded."""
    presences = PresenceRegistry()
    allowed = [presences.add("c1", f"board:{k}", "Ada", lambda _: None) for k in range(MAX_TOPICS + 1)]

    assert allowed == [True] * MAX_TOPICS + [False]
