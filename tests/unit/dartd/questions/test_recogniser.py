"""Questions are understood: as many as the contract asks for, and none as something else."""

import pytest

from dartd.questions.recogniser import Meaning, language_of, understand, unknown_name
from dartd.questions.text import plain
from tests.support.phrasings import BLIND, FIRST, PLAYERS, SECOND, STRANGE, Phrasing


def _found(meaning: Meaning) -> dict[str, str]:
    people = dict(zip(("player", "opponent"), meaning.people, strict=False))
    kinds = {"period": "" if meaning.period is None else meaning.period.kind, "bed": meaning.bed or "", "figure": meaning.figure or ""}
    return {**kinds, **people}


@pytest.mark.parametrize("phrasing", [*FIRST, *SECOND, *BLIND, *STRANGE], ids=lambda each: each.question)
def test_a_phrasing_means_what_its_author_says(phrasing: Phrasing) -> None:
    """Language, intent, players, period, bed and figure; no player, bed or time that the question does not name."""
    meaning, wanted = understand(phrasing.question, PLAYERS, "ann"), dict(each.split("=") for each in phrasing.what.split())
    found = _found(meaning)

    assert (meaning.language, meaning.intent) == (phrasing.language, phrasing.intent)
    assert {name: found.get(name) for name in wanted} == wanted
    assert "opponent" in wanted or "opponent" not in found
    assert found["bed"] == wanted.get("bed", "")
    assert found["period"] in {wanted.get("period", ""), "" if "period" in wanted else "all"}


@pytest.mark.parametrize(
    "text", ["", "?", "hello there", "180 %", "Wie wird das Wetter morgen in Köln?", "ฝนตกไหม", "SELECT * FROM players"]
)
def test_other_questions_have_no_answer(text: str) -> None:
    """They are understood as nothing, or at most as a count of what they name."""
    assert understand(text, PLAYERS, "ann").intent in {None, "high_scores", "checkout_rate"}


def test_a_name_that_no_one_has_is_found() -> None:
    """Where players are named; a name with a mistake is that of the player."""
    assert unknown_name("What is Carl's average?", PLAYERS, "en") == "Carl"
    assert unknown_name("Schnitt von Karl", PLAYERS, "de") == "Karl"
    assert all(
        unknown_name(each.question, PLAYERS, understand(each.question, PLAYERS, "ann").language) is None for each in (*FIRST, *SECOND)
    )
    assert understand("average of Jurgan", PLAYERS, None).people == ("juergen",)
    assert language_of(plain("wie gut bin ich")) == "de"
