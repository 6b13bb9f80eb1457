"""Topics: what a pattern covers, and what a reader may see."""

import pytest

from dartd.runtime.hub.topics import MAX_TOPICS, Interest, TopicError, check_topic, kind_of, stored_patterns

KINDS = frozenset({"board", "match"})


@pytest.mark.parametrize(
    ("pattern", "topic", "covered"),
    [
        ("board:*", "board:main", True),
        ("board:main", "board:main", True),
        ("board:main", "board:main2", False),
        ("board:*", "camera:cam0", False),
        ("*", "system", True),
        ("comments:*:5", "comments:match:5", True),
        ("board:m.in", "board:main", False),
    ],
)
def test_a_pattern_covers_what_its_stars_stand_for(pattern: str, topic: str, covered: bool) -> None:  # noqa: FBT001
    """A star stands for any run of characters, and nothing else is special."""
    assert Interest([pattern]).covers(topic) is covered


def test_no_topics_cover_nothing() -> None:
    """A reader without topics receives nothing."""
    assert not Interest([]).covers("board:main")


def test_what_a_reader_may_not_see_is_not_covered() -> None:
    """The widest pattern shows a reader no kind of topic that is not for it."""
    interest = Interest(["*"], kinds=KINDS)

    assert (interest.covers("board:main"), interest.covers("webhooks")) == (True, False)


def test_topics_are_added_and_dropped_as_they_were_asked_for() -> None:
    """Adding and dropping give another interest and keep what the reader may see."""
    interest = Interest(kinds=KINDS).adding(["match:7"]).dropping(["board:*"])

    assert interest == Interest(["match:7"], kinds=KINDS)


def test_a_reader_can_come_to_see_everything() -> None:
    """Another right keeps the topics."""
    assert Interest(["*"], kinds=KINDS).seeing(None).covers("webhooks")


@pytest.mark.parametrize("topic", ["", "a b", "board:", ":", "x" * 200, "*:*:*:*:*", "board:ä", 'board:"'])
def test_what_is_no_topic_is_refused(topic: str) -> None:
    """A malformed topic is refused with a reason."""
    with pytest.raises(TopicError):
        check_topic(topic)


def test_too_many_topics_are_refused() -> None:
    """One reader cannot make the hub remember without bound."""
    with pytest.raises(TopicError):
        Interest([f"match:{k}" for k in range(MAX_TOPICS + 1)])


def test_equal_interests_are_one() -> None:
    """Readers of the same topics can stand in one group."""
    assert len({Interest(["a", "b"]), Interest(["b", "a"])}) == 1


def test_the_kind_is_the_first_word() -> None:
    """`alerts` and `alerts:high` are of one kind."""
    assert (kind_of("alerts"), kind_of("alerts:high")) == ("alerts", "alerts")


@pytest.mark.parametrize(
    ("pattern", "covered"),
    [
        ("fixtures:all", True), ("list:l1", True), ("tournament:t1", True), ("player:p1", True), ("player:p2", True),
        ("tournament:*", True),
        ("list:l", False), ("tournament:t", False), ("player:p", False), ("list:t1", False), ("match:t1", False),
    ],
)  # fmt: skip
def test_fixture_is_on_the_topics_of_all_that_it_is_of(pattern: str, *, covered: bool) -> None:
    """It is published once, and needs the permission of fixtures."""
    topic = "fixtures:all:list:l1:tournament:t1:player:p1:player:p2"

    assert Interest([pattern]).covers(topic) == covered
    assert not Interest([pattern], kinds=frozenset({"player", "list"})).covers(topic)
    assert (kind_of(topic), stored_patterns("tournament:t1")[0]) == ("fixtures", "tournament:t1")


@pytest.mark.parametrize(
    ("pattern", "kinds", "concerned"),
    [
        ("zone:t20", None, True),
        ("z*", None, True),
        ("*", KINDS, False),
        ("*", None, True),
        ("board:*", None, False),
        ("zone:*", KINDS, False),
    ],
)
def test_reader_is_concerned_by_the_kinds_that_patterns_may_cover(pattern: str, kinds: frozenset[str] | None, *, concerned: bool) -> None:
    """A pattern that may cover one topic of a kind, whichever, must count, unless the reader may not see that kind."""
    assert Interest([pattern], kinds=kinds).concerns("zone") is concerned
