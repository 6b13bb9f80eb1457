"""The numbers of a text, so that a rephrased answer can be checked: it may have none that ours has not, and in no other order."""

import re
import unicodedata
from decimal import Decimal
from itertools import chain
from typing import Final

from dartd.questions.languages.english import WORDS as ENGLISH
from dartd.questions.languages.german import WORDS as GERMAN
from dartd.questions.languages.thai import WORDS as THAI
from dartd.questions.text import fold, is_thai

_DIGITS: Final = re.compile(r"\d+(?:[.,]\d+)*")
_LARGE: Final = (
    *("thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundred", "thousand", "dozen", "twice", "half"),
    *("dreissig", "vierzig", "fuenfzig", "sechzig", "siebzig", "achtzig", "neunzig", "hundert", "tausend", "dutzend", "halb", "haelfte"),
    *("ร้อย", "พัน", "หมื่น", "ครึ่ง"),
)
_FIRST_COUNTED: Final = 2  # "one", "eins" and their like are articles as well
_NAMED: Final = frozenset(fold(word) for word in chain(*(words.numbers[_FIRST_COUNTED:] for words in (ENGLISH, GERMAN, THAI)), _LARGE))
_COMPOUND: Final = ("hundert", "tausend", "zig", "zehn", "hundred", "thousand")  # German writes a number as one word


def numbers_in(text: str) -> list[str]:
    """Return the numbers of a text in order: digits of any script as decimals, and number words as they are."""
    plain = unicodedata.normalize("NFKC", text)
    digits = "".join(str(unicodedata.digit(each)) if each.isdigit() else each for each in plain)
    found = [(match.start(), _decimal(match[0])) for match in _DIGITS.finditer(digits)]
    for match in re.finditer(r"[^\W\d_]+", digits):
        word = fold(match[0])
        if (
            word in _NAMED
            or any(part in word for part in _COMPOUND)
            or (is_thai(word) and any(each in word for each in _NAMED if is_thai(each)))
        ):
            found.append((match.start(), word))
    return [number for _, number in sorted(found)]


def _decimal(digits: str) -> str:
    """Return digits as a decimal: the last separator is that of the decimals."""
    whole, separator, part = digits.replace(",", ".").rpartition(".")
    return str(Decimal(f"{whole.replace('.', '')}.{part}").normalize()) if separator else str(Decimal(part).normalize())


def has_no_other_numbers(rephrased: str, ours: str) -> bool:
    """Return whether every number of a rephrased answer is one of ours, in our order, each used once; one of ours at least is there."""
    own = numbers_in(ours)
    rest = iter(own)
    found = numbers_in(rephrased)
    return all(number in rest for number in found) and (bool(found) or not own)
