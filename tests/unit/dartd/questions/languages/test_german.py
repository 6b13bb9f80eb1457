"""The words of the German language: each stands for what it should, alone."""

import pytest

from dartd.questions.languages.german import WORDS
from dartd.questions.text import has, plain


@pytest.mark.parametrize("concept", WORDS.concepts)
def test_cues_are_found_in_themselves(concept: str) -> None:
    """A cue that is not found in its own text could never be."""
    cues = WORDS.concepts[concept]  # type: ignore[index]  # it is a key

    assert [cue for cue in cues if not has(plain(cue.replace("*", "")), cue)] == []
