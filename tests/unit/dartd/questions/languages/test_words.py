"""What every language declares."""

from typing import get_args

import pytest

from dartd.questions.concepts import Concept
from dartd.questions.periods import Period, span_of
from dartd.questions.recogniser import LANGUAGES
from dartd.store.days import Days
from dartd.store.listing import ALWAYS
from tests.support.club import NOW_S

UTC = Days("UTC")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_is_complete(language: str) -> None:
    """Cues for every concept and period, numbers to twenty, months, weekdays; none is empty."""
    words = LANGUAGES[language]  # type: ignore[index]  # it is a key

    assert set(words.concepts) == set(get_args(Concept))
    assert (len(words.numbers), len(words.months), len(words.weekdays)) == (21, 12, 7)
    assert all(cue.strip() for cues in (*words.concepts.values(), *words.periods.values()) for cue in cues)
    assert all(kind == "all" or span_of(Period(kind), UTC, NOW_S) != ALWAYS for kind in words.periods)
    assert set(words.periods) == set(LANGUAGES["en"].periods)
