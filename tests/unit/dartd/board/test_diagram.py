"""The diagram of the table in the README of the package. Run as a program, this file makes it again."""

from pathlib import Path

import pytest

from dartd.board.diagram import BEGIN, END, mermaid, refreshed
from dartd.board.transitions import TRANSITIONS

README = Path(__file__).parents[4] / "dartd" / "board" / "README.md"


def test_the_readme_shows_the_table_as_it_is() -> None:
    """The README's diagram is the one that the table gives now."""
    text = README.read_text(encoding="utf-8")

    assert refreshed(text) == text, f"run: python {Path(__file__).relative_to(README.parents[2])}"


def test_every_change_of_state_is_drawn() -> None:
    """Each input that leads to another state stands on the arrow between the two."""
    arrows = {text.split(":")[0].strip(): text for text in mermaid().splitlines()}

    for state, row in TRANSITIONS.items():
        for given, target in row.items():
            assert state == target or given in arrows[f"{state} --> {target}"]


def test_a_text_without_markers_is_refused() -> None:
    """Nothing is written into a text that has no place for the diagram."""
    with pytest.raises(ValueError, match="has no"):
        refreshed("nothing here")


def test_only_what_stands_between_the_markers_is_replaced() -> None:
    """Text around the markers stays."""
    text = refreshed(f"before {BEGIN} old {END} after")

    assert text.startswith(f"before {BEGIN}")
    assert text.endswith(f"{END} after")
    assert "old" not in text


if __name__ == "__main__":
    README.write_text(refreshed(README.read_text(encoding="utf-8")), encoding="utf-8")
