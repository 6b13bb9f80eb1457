"""What a language declares."""

from collections.abc import Mapping
from typing import NamedTuple

from dartd.questions.concepts import Concept


class Words(NamedTuple):
    """Cues of concepts and periods: words in a row, `*` for any ending; of several periods the longest cue counts.

    `units` are what "the last 30 …" counts, by the cues of days, weeks and months; `last` are the words before such a number,
    `since` those before a period from whose beginning until now is asked.
    `common` words are those of the language alone, `polite` ones ask for an answer and mean nothing more,
    `naming` finds a name where players are named (a regular expression; its group is the name).
    `months` and `weekdays` begin with January and Monday.
    """

    concepts: Mapping[Concept, tuple[str, ...]]
    periods: Mapping[str, tuple[str, ...]]
    last: tuple[str, ...]
    since: tuple[str, ...]
    units: Mapping[str, tuple[str, ...]]
    numbers: tuple[str, ...]
    months: tuple[str, ...]
    weekdays: tuple[str, ...]
    common: tuple[str, ...]
    polite: tuple[str, ...]
    naming: str
