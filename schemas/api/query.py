"""Questions about the play in words, and the answers."""

from typing import Annotated, Literal

from msgspec import Meta

from schemas.api.answers import AnyObject
from schemas.base import Value

QuestionLanguage = Literal["en", "de", "th"]


class Question(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A question in words. Without `language` it is found from the words; with `stream` the answer comes as server-sent events."""

    query: Annotated[str, Meta(min_length=1, max_length=500, pattern=r"\S", description="such as: what is my average this month?")]
    language: QuestionLanguage | None = None
    stream: bool = False


class AnswerSource(Value, frozen=True, kw_only=True):
    """Where the numbers come from: what kind of rows, the request of the API that has them, and the rows."""

    type: str
    query: str
    rows: tuple[AnyObject, ...]


class QuestionAnswer(Value, frozen=True, kw_only=True):
    """The answer, how the question was understood, and the rows that its numbers are from; none for a question that was not understood."""

    query: str
    language: QuestionLanguage
    reasoning: str
    answer: str
    sources: tuple[AnswerSource, ...]
    query_time_ms: float
