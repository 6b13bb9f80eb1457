"""Answers to the phrasings: the right number, from the store alone."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from dartd.questions.answers import Reply, answer
from dartd.questions.numbers import numbers_in
from dartd.store.journal import Journal
from dartd.store.listing import Span
from dartd.store.projections.player_legs import LegSelection, summarise
from dartd.store.tables import throws, visits
from dartd.store.timestamps import seconds_of_timestamp
from tests.support.club import NOW_S, SPANS, filled, scope
from tests.support.phrasings import FIRST, PLAYERS, SECOND, Phrasing

_FIGURES = {
    "average": "average", "first_nine": "first9", "checkout_rate": "checkout_pct", "highest_checkout": "highest_checkout",
    "best_leg": "best_leg", "highest_visit": "highest_visit", "wins": "matches_won", "usual": "average", "reasons": "average",
}  # fmt: skip
_PLAYED = {"darts": "thrown", "legs": "legs"}


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[Journal]:
    """Fill a store with the play of a club."""
    journal = await filled(tmp_path / "dartd.db")
    yield journal
    await asyncio.to_thread(journal.close)


def _statistics(connection: sa.Connection, player_id: str, period: str, opponent: str | None = None) -> dict[str, Any]:
    after, before = (None if day is None else seconds_of_timestamp(f"{day}T00:00:00.000Z") for day in SPANS[period])
    found = summarise(connection, LegSelection(player_id, span=Span(after_s=after, before_s=before), opponent=opponent))
    return {**found.statistics, "thrown": found.total.thrown}


def _expected(connection: sa.Connection, phrasing: Phrasing) -> str:  # noqa: PLR0911 - one case for each kind of intent
    """Return the number that must be in the answer."""
    what = dict(each.split("=") for each in phrasing.what.split())
    period, player_id = what.get("period", "all"), what.get("player")
    match phrasing.intent:
        case "alerts":
            return "1"
        case "accuracy":
            return "1"  # the one dart of the board
        case "leader":
            name = {"average": "average", "n180": "n180"}[what["figure"]]
            values = [_statistics(connection, each, period)[name] for each in PLAYERS]
            return str(max(values, key=float))
        case "played" if player_id is None:
            return str(sum(_statistics(connection, each, period)["thrown"] for each in PLAYERS))
    statistics = _statistics(connection, str(player_id), period, what.get("opponent"))
    match phrasing.intent:
        case "played":
            return str(statistics[_PLAYED[what["figure"]]])
        case "high_scores":
            return str(statistics[what.get("figure", "n180")])
        case "head_to_head":
            return str(statistics["matches_won"])
        case "form":
            return str(statistics["form"]["average"])
        case "doubles":
            targets = {label: row for label, row in statistics["beds"]["targets"].items() if row["darts"] >= 3}
            chosen = what.get("bed") or min(targets, key=lambda label: float(targets[label]["rate"]))
            return str(statistics["beds"]["targets"][chosen]["rate"])
        case _:
            return str(statistics[_FIGURES[phrasing.intent]])


async def _ask(journal: Journal, question: str) -> Reply:
    return await journal.database.query(lambda connection: answer(connection, question, scope()))


async def test_phrasings_get_the_right_number(journal: Journal) -> None:
    """All 120 of them; each source has rows, and the answer is in the language of the question."""
    wrong = []
    for phrasing in (*FIRST, *SECOND):
        reply = await _ask(journal, phrasing.question)
        expected = await journal.database.query(partial(_expected, phrasing=phrasing))
        is_right = reply.intent == phrasing.intent and numbers_in(expected)[0] in numbers_in(reply.answer)
        if not is_right or reply.language != phrasing.language or not all(each.rows for each in reply.sources):
            wrong.append(f"{phrasing.question}: expected {expected}, got {reply.answer}")

    assert wrong == []


async def test_what_is_not_known_is_said(journal: Journal) -> None:
    """A list of what can be asked, an unknown name, a player who is not named, what may not be read; never a number of someone else."""
    nothing = scope(me=None, may_read_alerts=False, may_read_accuracy=False)
    questions = {
        "en": (
            "What is the meaning of life?",
            "what is Carl's average",
            "how is the form?",
            "any alerts?",
            "how accurate is the detection?",
        ),
        "de": (
            "Wie wird das Wetter?",
            "Schnitt von Karl",
            "wie steht die Form?",
            "Gibt es Warnungen?",
            "Wie genau erkennt die Kamera?",
        ),
        "th": ("พรุ่งนี้ฝนตกไหม", "ค่าเฉลี่ยของ Carl", "ฟอร์มเป็นไง", "มีแจ้งเตือนไหม", "ตรวจจับแม่นยำไหม"),
    }
    found = await journal.database.query(
        lambda connection: {
            language: [answer(connection, question, nothing) for question in asked] for language, asked in questions.items()
        }
    )

    assert {language: [reply.language for reply in replies] for language, replies in found.items()} == {
        language: [language] * 5 for language in questions
    }
    assert all(reply.sources == () for replies in found.values() for reply in replies)
    assert [("Carl" in found["en"][1].answer), ("Karl" in found["de"][1].answer), ("Carl" in found["th"][1].answer)] == [True] * 3
    assert [found["en"][k].answer for k in (2, 3, 4)] == ["Whose play is meant? Name a player.", *["You may not read that."] * 2]
    assert "180" in found["en"][0].answer
    assert "Checkoutquote" in found["de"][0].answer


async def test_reasons_are_ranked_with_days_and_advice(journal: Journal) -> None:
    """The strongest first, days that were alike, and what to practise."""
    reply = await _ask(journal, "Why was I so bad yesterday?")
    causes = next(each for each in reply.sources if each.type == "causes").rows
    days = next(each for each in reply.sources if each.type == "days").rows

    first = "Warum war Ann am 3.8.2026 schlecht?"  # the first day of all
    no_usual, latest = [await _ask(journal, question) for question in (first, "Why is Bob so bad?")]

    assert no_usual.answer.endswith("davor wurde nichts gespielt, womit zu vergleichen wäre.")
    assert latest.answer.startswith("Bob, on 2026-11-25: average ")
    assert sorted(causes, key=lambda row: -abs(row["effect"])) == list(causes)
    assert {row["part"] for row in causes} == {"first_nine", "scoring", "doubles", "busts"}
    assert len(days) == 3
    assert all(day["date"] in reply.answer and day["date"] < "2026-11-24" for day in days)
    assert "Advice" in reply.answer or "Keep it up" in reply.answer


async def test_free_throwing_counts_unless_a_match_is_asked_for(journal: Journal) -> None:
    """180s, the highest visit and darts are those of the board too; an average, and what was done in matches, are of matches alone."""
    of_matches = await journal.database.query(lambda connection: _statistics(connection, "ann", "today"))
    free = {"visit_id": "free", "player_id": "ann", "reason": "takeout", "revised": False, "throws": "[]", "board_id": "main"}
    dart = {"state": "hit", "label": "T20", "ring": "triple", "sector": 20, "points": 60, "corrected": False, "player_id": "ann"}

    def throw(connection: sa.Connection) -> None:
        connection.execute(sa.insert(visits).values(**free, seq=90_000, at_s=NOW_S - 60, total=180))
        rows = [
            {**dart, "throw_id": f"f{k}", "seq": 90_000 + k, "at_s": NOW_S - 60, "visit_id": "free", "dart_number": k} for k in (1, 2, 3)
        ]
        connection.execute(sa.insert(throws), rows)

    await journal.database.change(throw)
    asked = ("How many 180s did I throw today?", "how many 180s did I hit in matches today", "how many darts did I throw today?")
    found = [numbers_in((await _ask(journal, each)).answer)[0] for each in asked]
    highest, average = [await _ask(journal, each) for each in ("my highest visit today", "what is my average today")]

    assert found == [str(of_matches["n180"] + 1), str(of_matches["n180"]), str(of_matches["thrown"] + 3)]
    assert "180" in highest.answer
    assert of_matches["average"] in average.answer
