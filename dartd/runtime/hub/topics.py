"""Topics: the address of a message, and the interest of a subscriber."""

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase

from dartd.errors import DartdError

DEFAULT_TOPICS = ("board:*",)
MAX_LENGTH = 128
PLAYER_COMMENTS = "comments:player:"
MAX_TOPICS = 64

ALIASES = {"critical_alerts": "alerts:critical", "performance_warnings": "alerts:performance"}  # names that clients use

_OF_FIXTURES = {"list", "tournament", "player"}

_TOPIC = re.compile(r"[A-Za-z0-9_.*-]+(:[A-Za-z0-9_.*@-]+)*")
_MAX_STARS = 4


class TopicError(DartdError):
    """A topic is malformed, or there are too many topics."""

    code = "VALIDATION_ERROR"


class Interest:
    """Topic patterns of a subscriber and the kinds of topic it may read; equal interests share a group in the hub.

    A pattern is a topic in which `*` matches any characters: `board:*`, `comments:match:*`, `*`.
    `kinds` None: all kinds. Messages of other kinds are never delivered, whatever the patterns; `kinds` may contain single topics as well.
    """

    __slots__ = ("_expression", "kinds", "patterns")

    def __init__(self, patterns: Iterable[str] = DEFAULT_TOPICS, *, kinds: frozenset[str] | None = None) -> None:
        self.patterns = frozenset(check_topic(canonical(pattern)) for pattern in patterns)
        if len(self.patterns) > MAX_TOPICS:
            raise TopicError(f"too many topics: {len(self.patterns)}, at most {MAX_TOPICS}", limit=MAX_TOPICS)
        self.kinds = kinds
        covered = sorted(each for pattern in self.patterns for each in _covered(pattern))
        self._expression = re.compile("|".join(re.escape(p).replace(r"\*", ".*") for p in covered) or r"(?!)")

    def covers(self, topic: str) -> bool:
        """Return whether messages of this topic are delivered to the subscriber."""
        if self.kinds is not None and kind_of(topic) not in self.kinds and topic not in self.kinds:
            return False
        return self._expression.fullmatch(topic) is not None

    def concerns(self, kind: str) -> bool:
        """Return whether messages of some topic of this kind may be delivered to the subscriber."""
        if self.kinds is not None and not any(kind_of(each) == kind for each in self.kinds):
            return False
        return any(fnmatchcase(kind, pattern.partition(":")[0]) for pattern in self.patterns)

    def adding(self, patterns: Iterable[str]) -> "Interest":
        """Return the interest with additional patterns.

        Raises:
            TopicError: a topic is malformed, or there are too many.
        """
        return Interest({*self.patterns, *patterns}, kinds=self.kinds)

    def dropping(self, patterns: Iterable[str]) -> "Interest":
        """Return the interest without these patterns, compared literally."""
        return Interest(self.patterns - set(map(canonical, patterns)), kinds=self.kinds)

    def seeing(self, kinds: frozenset[str] | None) -> "Interest":
        """Return the interest limited to these kinds of topic."""
        return Interest(self.patterns, kinds=kinds)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Interest) and self.patterns == other.patterns and self.kinds == other.kinds

    def __hash__(self) -> int:
        return hash((self.patterns, self.kinds))


def kind_of(topic: str) -> str:
    """Return the kind of a topic: `board` for `board:b1`. Comments on a player are for those who may read the player."""
    return "player" if topic.startswith(PLAYER_COMMENTS) else topic.partition(":")[0]


def canonical(topic: str) -> str:
    """Return the topic that an alias stands for; any other topic as it is."""
    return ALIASES.get(topic, topic)


def _covered(pattern: str) -> tuple[str, ...]:
    """Return the patterns that a pattern stands for.

    Alerts are published on `alerts:{severity}` or `alerts:{severity}:performance`; a fixture on one topic that names all that it is of,
    `fixtures:all:list:{id}:tournament:{id}:player:{id}:player:{id}`.
    """
    kind, _, rest = pattern.partition(":")
    if pattern == "fixtures:all":
        return (pattern, "fixtures:all:*")
    if kind in _OF_FIXTURES and rest:
        return (pattern, f"fixtures:all:*{pattern}", f"fixtures:all:*{pattern}:*")
    if kind != "alerts" or rest.count(":"):
        return (pattern,)
    return ("alerts:*:performance",) if rest == "performance" else (pattern, f"{pattern}:*")


def stored_patterns(topic: str) -> tuple[str, ...]:
    """Return the patterns of the topics that the journal has for a topic."""
    return _covered(canonical(topic))


def check_topic(topic: str) -> str:
    """Return the topic if it is well-formed.

    Raises:
        TopicError: it is too long, has an invalid character, or too many `*`.
    """
    if len(topic) > MAX_LENGTH or topic.count("*") > _MAX_STARS or _TOPIC.fullmatch(topic) is None:
        raise TopicError(f"{topic[:MAX_LENGTH]!r} is not a topic: expected board:ID, board:* or *", topic=topic[:MAX_LENGTH])
    return topic
