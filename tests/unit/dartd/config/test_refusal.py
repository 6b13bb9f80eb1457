"""Words for what is wrong."""

import datetime as dt

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dartd.config import Config
from dartd.config.refusal import format_value, refusal, suggestion


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ("left", '"left"'),
        ("rtsp://u:p@cam/1?x=1", '"rtsp://***@cam/1?***"'),
        ("x" * 61, '"' + "x" * 60 + '…"'),
        (True, "true"),
        (0, "0"),
        (2.5, "2.5"),
        ([1], "a list"),
        ({}, "a table"),
        (dt.date(2026, 1, 1), "a date"),
    ],
)
def test_value_is_shown_as_toml_writes_it(found: object, words: str) -> None:
    """People must recognise what they wrote, shortened and without secrets."""
    assert format_value(found) == words


def test_suggestion_guesses_or_lists() -> None:
    """A near miss must be guessed, a few names listed, many names referred to."""
    assert suggestion("fsp", ["fps", "url"]) == "did you mean fps?"
    assert suggestion("zzz", ["url", "fps"]) == "expected one of fps, url"
    assert suggestion("zzz", [f"name{index}" for index in range(50)]) == "`dartd init` writes a file that names every key"


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "url", "fps", "port", "controls", "gain", "x.y"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@pytest.mark.slow
@given(st.dictionaries(st.sampled_from(["server", "cameras", "log", "auth", "state_dir", "other"]), _VALUES, max_size=4))
def test_every_refusal_of_msgspec_finds_words(values: dict[str, object]) -> None:
    """Whatever a file may say, a refusal must name a path and what to do, and must not fail itself."""
    try:
        msgspec.convert(values, Config)
    except msgspec.ValidationError as error:
        message = refusal(str(error), values, {}).message
        assert message.startswith("$")
        assert any(word in message for word in ("expected", "unknown key", "missing"))
