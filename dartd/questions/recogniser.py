"""What a question means: its intent, the players, the time and the bed it is about, by declared words alone."""

import functools
import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from dartd.questions.concepts import RULES, Concept, Intent
from dartd.questions.languages.english import WORDS as ENGLISH
from dartd.questions.languages.german import WORDS as GERMAN
from dartd.questions.languages.thai import WORDS as THAI
from dartd.questions.languages.words import Words
from dartd.questions.periods import Period, find_period
from dartd.questions.text import Plain, fold, has, is_like, is_thai, plain
from schemas.api.query import QuestionLanguage

LANGUAGES: Final[Mapping[QuestionLanguage, Words]] = {"en": ENGLISH, "de": GERMAN, "th": THAI}

_DOUBLE: Final = fold("ดับเบิล")
_BED: Final = re.compile(rf"(?:double|doppel|{_DOUBLE}|(?<![a-z])d) ?(1\d|20|[1-9])(?!\d)")
_BULL: Final = re.compile(f"bull|{fold('บูล')}")
_TOPS: Final = re.compile(r"\btops\b|double top|doppel top")
_NUMBERS_OF_BEDS: Final = 20
_SHORTEST_FUZZY: Final = 5  # letters of a name that may have a mistake


class Meaning(NamedTuple):
    """What was understood. `people` are player ids in the order of the question; `figure` says which of several numbers is meant."""

    language: QuestionLanguage
    intent: Intent | None
    people: tuple[str, ...] = ()
    period: Period | None = None
    bed: str | None = None
    figure: str | None = None
    concepts: frozenset[Concept] = frozenset()


def understand(question: str, players: Mapping[str, str], me: str | None, language: QuestionLanguage | None = None) -> Meaning:
    """Return what a question means; `players` are the names that the caller may read, `me` is the caller's own player.

    A question that is not understood in the given language is tried in the others.
    """
    text = plain(question)
    first = language or language_of(text)
    for each in (first, *(other for other in LANGUAGES if other != first)):
        meaning = _meaning(question, text, players, me, each)
        if meaning.intent is not None:
            return meaning._replace(language=first)
    return Meaning(first, None)


def language_of(text: Plain) -> QuestionLanguage:
    """Return the language that a text is most like."""
    if is_thai(text.joined):
        return "th"
    english, german = (sum(word in {fold(each) for each in words.common} for word in text.words) for words in (ENGLISH, GERMAN))
    if english == german:
        english, german = (len(_concepts(text.knowing(frozenset(text.words)), words)) for words in (ENGLISH, GERMAN))
    return "de" if german > english else "en"


def _meaning(question: str, text: Plain, players: Mapping[str, str], me: str | None, language: QuestionLanguage) -> Meaning:
    words = LANGUAGES[language]
    for cue in words.polite:
        text = text.without_cue(cue)
    named, rest = _named(text, players)
    rest = rest.knowing(_vocabulary(language))
    period = find_period(rest, question, words)
    if period is not None and period.kind == "days":
        for cue in words.last:
            rest = rest.without_cue(cue)
    concepts = _concepts(rest, words)
    bed = _bed(question, words)
    if bed is not None:
        concepts |= {"double"}
        concepts -= {"count", "percent"}  # the rate of one double, not that of all checkouts
    people = _people(text, named, me, words, concepts)
    intent = _intent(concepts, people)
    if intent == "head_to_head" and len(people) == 1 and me is not None and me not in people:
        people = (me, *people)
    return Meaning(language, intent, people, period, bed, _figure(intent, concepts), concepts)


@functools.cache
def _vocabulary(language: QuestionLanguage) -> frozenset[str]:
    """Return every word that a language declares."""
    words = LANGUAGES[language]
    cues = [*words.common, *words.last, *words.numbers, *words.months, *words.weekdays]
    for group in (*words.concepts.values(), *words.periods.values(), *words.units.values()):
        cues += group
    return frozenset(word for cue in cues for word in fold(cue).split() if not word.endswith("*"))


def _concepts(text: Plain, words: Words) -> frozenset[Concept]:
    return frozenset(concept for concept, cues in words.concepts.items() if any(has(text, cue) for cue in cues))


def _intent(concepts: frozenset[Concept], people: Sequence[str]) -> Intent | None:
    for rule in RULES:
        fits = all(concepts & needed for needed in rule.needs) and not concepts & rule.without
        if fits and rule.people <= len(people) <= rule.most_people:
            return rule.intent
    return None


def _named(text: Plain, players: Mapping[str, str]) -> tuple[list[tuple[int, str]], Plain]:
    """Return the players whose names are in a text, each with the position, and the text without the names."""
    found: list[tuple[int, str]] = []
    first_names: dict[str, list[str]] = {}
    for player_id, name in players.items():
        first_names.setdefault((fold(name).split() or [""])[0], []).append(player_id)
    rest = text
    for player_id, name in sorted(players.items(), key=lambda item: -len(item[1])):
        whole = plain(name).words
        tries = [whole]
        if whole and first_names.get(whole[0]) == [player_id]:
            tries.append(whole[:1])
        for wanted in tries:
            at = _position(rest, wanted)
            if at is not None:
                found.append((at, player_id))
                rest = rest.without(at, len(wanted)) if not _is_thai(wanted) else rest.without_cue(wanted[0])
                break
    return sorted(found), rest


def _is_thai(words: Sequence[str]) -> bool:
    return bool(words) and "\u0e00" <= words[0][0] <= "\u0e7f"


def _position(text: Plain, wanted: Sequence[str]) -> int | None:
    if not wanted:
        return None
    if _is_thai(wanted):
        return next((number for number, word in enumerate(text.words) if wanted[0] in word), None)
    for first in range(len(text.words) - len(wanted) + 1):
        if all(_is_name(word, each) for word, each in zip(text.words[first:], wanted, strict=False)):
            return first
    return None


def _is_name(word: str, name: str) -> bool:
    """Return whether a word is a name, also in the genitive: `bobs`."""
    return word in {name, f"{name}s"} or (len(name) >= _SHORTEST_FUZZY and (is_like(word, name) or is_like(word.removesuffix("s"), name)))


def _people(text: Plain, named: list[tuple[int, str]], me: str | None, words: Words, concepts: frozenset[Concept]) -> tuple[str, ...]:
    """Return the players of a question in order; the caller stands where "I" does."""
    found = list(named)
    if me is not None and "me" in concepts:
        cues = [fold(cue) for cue in words.concepts["me"]]
        at = next((number for number, word in enumerate(text.words) if any(_is_me(word, cue) for cue in cues)), 0)
        found.append((at, me))
    return tuple(dict.fromkeys(player_id for _, player_id in sorted(found)))


def _is_me(word: str, cue: str) -> bool:
    return cue in word if "\u0e00" <= cue[0] <= "\u0e7f" else word == cue


def _bed(question: str, words: Words) -> str | None:
    """Return the double that a question names, also by a number in words."""
    text = fold(question)
    for number in range(_NUMBERS_OF_BEDS, 0, -1):
        name = fold(words.numbers[number])
        text = re.sub(rf"((?:double|doppel|{_DOUBLE})s?) ?{name}(?![a-z\u0e00-\u0e7f])", rf"\1 {number}", text)
    found = _BED.search(text)
    if found is not None:
        return f"D{found[1]}"
    if _TOPS.search(text):
        return "D20"
    return "BULL" if _BULL.search(text) else None


def _figure(intent: Intent | None, concepts: frozenset[Concept]) -> str | None:
    """Return which number of an intent is meant."""
    wanted: dict[Intent, tuple[tuple[Concept, str], ...]] = {
        "high_scores": (("n180", "n180"), ("n140", "n140"), ("n100", "n100")),
        "leader": (
            ("n180", "n180"),
            ("n140", "n140"),
            ("percent", "checkout_pct"),
            ("checkout", "highest_checkout"),
            ("first9", "first9"),
            ("average", "average"),
            ("win", "matches_won"),
            ("fewest", "best_leg"),
            ("leg", "legs"),
            ("match", "matches"),
            ("visit", "highest_visit"),
        ),
        "played": (
            ("checkout", "checkouts"),
            ("bust", "busts"),
            ("leg", "legs"),
            ("visit", "visits"),
            ("time", "hours"),
            ("match", "matches"),
            ("dart", "darts"),
        ),
        "doubles": (("worse", "worst"), ("top", "best"), ("better", "best")),
    }
    plain_one: dict[Intent, str] = {"high_scores": "n180", "leader": "average", "played": "darts", "doubles": "worst"}
    if intent is None:
        return None
    return next((figure for concept, figure in wanted.get(intent, ()) if concept in concepts), plain_one.get(intent))


def unknown_name(question: str, players: Mapping[str, str], language: QuestionLanguage) -> str | None:
    """Return a name that stands where players are named and that no player has, None if there is none."""
    words = LANGUAGES[language]
    for found in re.finditer(words.naming, question):
        name = next(each for each in found.groups() if each)
        text = plain(name)
        _, rest = _named(text, players)
        is_word = text.words[0].removesuffix("s") in _vocabulary(language) or text.words[0] in _vocabulary(language)
        if rest == text and not is_word and not _concepts(text, words):
            return name
    return None
