"""Questions as plain words: without case, accents, umlauts and tone marks, so that people may write as they do."""

import re
import unicodedata
from typing import Final, NamedTuple

_WORD: Final = re.compile(r"[a-z]*\d+(?:[.,]\d+)*[a-z]*|[a-z]+|[\u0e00-\u0e7f]+|[^\W\d_]+|%")
_THAI_DIGITS: Final = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_UMLAUTS: Final = (("ß", "ss"), ("ae", "a"), ("oe", "o"), ("ue", "u"))  # codespell:ignore ue
_FUZZY_FROM, _FUZZIER_FROM = 5, 9  # letters of a word that may have one mistake, and two


class Plain(NamedTuple):
    """A text as words, and with nothing between them, as Thai is written."""

    words: tuple[str, ...]
    joined: str
    known: frozenset[str] = frozenset()

    def knowing(self, words: frozenset[str]) -> "Plain":
        """Return the text with the words of a language: one of them is never taken for another word with a mistake."""
        return Plain(self.words, self.joined, words)

    def without_cue(self, cue: str) -> "Plain":
        """Return the text with a placeholder for a cue."""
        wanted = _folded(cue).split()
        if is_thai(cue):
            return Plain(tuple(word.replace(wanted[0], "·") for word in self.words), self.joined.replace(wanted[0], "·"), self.known)
        for first in range(len(self.words) - len(wanted) + 1):
            if all(is_like(word, each) for word, each in zip(self.words[first:], wanted, strict=False)):
                return self.without(first, len(wanted))
        return self

    def without(self, first: int, count: int) -> "Plain":
        """Return the text with a placeholder for some of the words, which no cue is found in."""
        words = (*self.words[:first], *["·"] * count, *self.words[first + count :])
        return Plain(words, "".join(words), self.known)


def fold(text: str) -> str:
    """Return a text without case, accents, umlauts (also written as two letters) and tone marks."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_THAI_DIGITS))
    bare = "".join(each for each in decomposed if not "\u0300" <= each <= "\u036f" and not "\u0e47" <= each <= "\u0e4e")
    for found, plain in _UMLAUTS:
        bare = bare.replace(found, plain)
    return bare.replace("'", "").replace("\u2019", "")


def plain(text: str) -> Plain:
    """Return the words of a text."""
    words = tuple(_WORD.findall(fold(text)))
    return Plain(words, "".join(words))


def is_thai(text: str) -> bool:
    """Return whether a text has Thai letters."""
    return any("\u0e00" <= each <= "\u0e7f" for each in text)


def has(text: Plain, cue: str, *, exact: bool = False) -> bool:
    """Return whether a cue is in a text: words in a row, `*` for any ending, one or two mistakes in longer words; Thai anywhere."""
    if is_thai(cue):
        return _folded(cue).replace(" ", "") in text.joined
    wanted = _folded(cue).split()
    for first in range(len(text.words) - len(wanted) + 1):
        if all(is_like(word, each, exact=exact or word in text.known) for word, each in zip(text.words[first:], wanted, strict=False)):
            return True
    return False


def is_like(word: str, wanted: str, *, exact: bool = False) -> bool:
    """Return whether a word is the wanted one, or one with a mistake in it."""
    stem = wanted.removesuffix("*")
    if word == stem or (stem != wanted and word.startswith(stem)):
        return True
    if exact or len(stem) < _FUZZY_FROM or word[:1] != stem[:1] or any(each.isdigit() for each in word):
        return False
    most = 2 if len(stem) >= _FUZZIER_FROM else 1
    if stem != wanted:
        return any(mistakes(word[:length], stem) <= most for length in range(len(stem) - 1, len(stem) + 2) if length <= len(word))
    return abs(len(word) - len(stem)) <= most and mistakes(word, stem) <= most


def mistakes(one: str, other: str) -> int:
    """Return how many letters are wrong, missing, too many or swapped with their neighbour."""
    rows = [list(range(len(other) + 1))]
    for i, left in enumerate(one, 1):
        row = [i]
        for j, right in enumerate(other, 1):
            cost = min(rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                cost = min(cost, rows[i - 2][j - 2] + 1)
            row.append(cost)
        rows.append(row)
    return rows[-1][-1]


_known: dict[str, str] = {}


def _folded(cue: str) -> str:
    """Return a cue folded; they are few, and asked for with every question."""
    if cue not in _known:
        _known[cue] = fold(cue)
    return _known[cue]
