"""The sentences of answers."""

import re

from dartd.questions.languages.sentences import SENTENCES

_PLACE = re.compile(r"\{(\w+)\}")


def test_every_language_says_the_same() -> None:
    """The same sentences, with the same values in each."""
    english = {key: set(_PLACE.findall(text)) for key, text in SENTENCES["en"].items()}

    assert {
        language: {key: set(_PLACE.findall(text)) for key, text in texts.items()} for language, texts in SENTENCES.items()
    } == dict.fromkeys(SENTENCES, english)
