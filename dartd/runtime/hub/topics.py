"""Topics: who a message is for, and which messages a reader asked for and may see."""

import re
from collections.abc import Iterable

from dartd.errors import DartdError

DEFAULT_TOPICS = ("board:*",)
PUBLIC_KINDS = frozenset(
    {"board", "camera", "match", "player", "tournament", "list", "fixtures", "zone", "session", "comments", "statistics", "presence"}
)
MAX_LENGTH = 128
MAX_TOPICS = 64

_TOPIC = re.compile(r"[A-Za-z0-9_.*-]+(:[A-Za-z0-9_.*@-]+)*")
_MAX_STARS = 4


class TopicError(DartdError):
    """A topic is not written as topics are, or there are too many of them."""

    code = "VALIDATION_ERROR"


class Interest:
    """The topics that a reader asked for, and the kinds of topic it may see; equal ones are shared by the hub.

    A pattern is a topic, or one with `*` standing for any run of characters: `board:*`, `comments:match:*`, `*`.
    `kinds` None means that the reader may see everything. What it may not see never reaches it, whatever its patterns.
    """

    __slots__ = ("_expression", "kinds", "patterns")

    def __init__(self, patterns: Iterable[str] = DEFAULT_TOPICS, *, kinds: frozenset[str] | None = None) -> None:
        self.patterns = frozenset(check_topic(pattern) for pattern in patterns)
        if len(self.patterns) > MAX_TOPICS:
            raise TopicError(f"too many topics: {len(self.patterns)}, at most {MAX_TOPICS}", limit=MAX_TOPICS)
        self.kinds = kinds
        self._expression = re.compile("|".join(re.escape(p).replace(r"\*", ".*") for p in sorted(self.patterns)) or r"(?!)")

    def covers(self, topic: str) -> bool:
        """Say whether a message of this topic is for the reader."""
        if self.kinds is not None and kind_of(topic) not in self.kinds:
            return False
        return self._expression.fullmatch(topic) is not None

    def adding(self, patterns: Iterable[str]) -> "Interest":
        """Give the interest with more topics.

        Raises:
            TopicError: a topic is malformed, or there are too many.
        """
        return Interest({*self.patterns, *patterns}, kinds=self.kinds)

    def dropping(self, patterns: Iterable[str]) -> "Interest":
        """Give the interest without these topics; a pattern is dropped as it was asked for."""
        return Interest(self.patterns - set(patterns), kinds=self.kinds)

    def seeing(self, kinds: frozenset[str] | None) -> "Interest":
        """Give the interest of a reader who may see these kinds of topic."""
        return Interest(self.patterns, kinds=kinds)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Interest) and self.patterns == other.patterns and self.kinds == other.kinds

    def __hash__(self) -> int:
        return hash((self.patterns, self.kinds))


def kind_of(topic: str) -> str:
    """Name the first word of a topic: `board` of `board:b1`."""
    return topic.partition(":")[0]


def check_topic(topic: str) -> str:
    """Give the topic back when it is written as topics are.

    Raises:
        TopicError: it is too long, has a character that no topic has, or too many `*`.
    """
    if len(topic) > MAX_LENGTH or topic.count("*") > _MAX_STARS or _TOPIC.fullmatch(topic) is None:
        raise TopicError(f"{topic[:MAX_LENGTH]!r} is no topic: write it as board:ID, board:* or *", topic=topic[:MAX_LENGTH])
    return topic
