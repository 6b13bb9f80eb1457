"""What a question may be."""

import msgspec
import pytest

from schemas.api.query import Question


@pytest.mark.parametrize("body", [{}, {"query": ""}, {"query": "  "}, {"query": "x" * 501}, {"query": "x", "language": "fr"}])
def test_a_question_has_words_and_a_known_language(body: dict[str, str]) -> None:
    """Anything else is refused."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(body, Question)
