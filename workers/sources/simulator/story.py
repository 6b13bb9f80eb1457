"""What is played on a simulated board, visit after visit: everything follows from name, seed and the time since the epoch."""

import math
from functools import lru_cache
from typing import Final

import numpy as np

from schemas.base import Value
from workers.sources.simulator.plans import KINDS, NAMED, STANDING, UNUSUAL, USUAL
from workers.sources.simulator.player import GAMES, Game
from workers.sources.simulator.visit import Plan, Visit, visit_of

_LENGTHS_S: Final = {
    "demo": 13.5,
    "tc8_1": 9.5,
    "tc8_3": 14.0,
    "tc8_5": 20.0,
    "tc8_7": 23.0,
    "tc8_8": 9.5,
    "quiet": 60.0,
    "quiet_darts": 60.0,
}
_LENGTH_S: Final = 19.0
_LEAD_S: Final = 10.0  # people wait for cameras that calibrate while they watch
_SHORT_LEAD_S: Final = 4.0
_VISITS: Final = 3
_MIXED: Final = ("mixed", "disturbed")
_QUIET: Final[dict[str, Plan]] = {"quiet": (), "quiet_darts": STANDING}
_TROUBLED_S: Final = {"disturbed": (0.0, 19.0), "quiet": (0.0, 60.0), "quiet_darts": (12.0, 48.0)}  # when in a visit anything may happen
STORIES: Final = (*NAMED, *_MIXED, *_QUIET, *KINDS)


class Story(Value, frozen=True, kw_only=True):
    """A named story played with a seed; `unusual` is the share of visits that are, in mixtures. Times are seconds since its epoch."""

    name: str
    seed: int
    unusual: float = 0.33

    @property
    def length_s(self) -> float:
        """Tell how long one visit takes."""
        return _LENGTHS_S.get(self.name, _LENGTH_S)

    @property
    def lead_s(self) -> float:
        """Tell how long the board is empty at first, so that references and calibrations can be taken."""
        return _SHORT_LEAD_S if self.name.startswith("tc8_") else _LEAD_S

    @property
    def end_s(self) -> float:
        """Tell when the story is over; infinite for all but the test cases."""
        return self.lead_s + _VISITS * self.length_s if self.name.startswith("tc8_") else math.inf

    def number_at(self, since_s: float) -> int:
        """Tell which visit runs at a time; negative before the first."""
        return math.floor((since_s - self.lead_s) / self.length_s)

    def troubled_s(self, since_s: float) -> float | None:
        """Tell how long the cameras have been disturbed by then, visits without pause between them; None when they are not."""
        if self.name not in _TROUBLED_S or since_s < self.lead_s:
            return None
        first_s, last_s = _TROUBLED_S[self.name]
        number, in_visit_s = divmod(since_s - self.lead_s, self.length_s)
        return number * (last_s - first_s) + in_visit_s - first_s if first_s <= in_visit_s < last_s else None

    def since_s(self, troubled_s: float) -> float:
        """Give the time at which the cameras have been disturbed for so long."""
        first_s, last_s = _TROUBLED_S[self.name]
        number, rest_s = divmod(troubled_s, last_s - first_s)
        return self.lead_s + number * self.length_s + first_s + rest_s

    def visit(self, number: int) -> Visit:
        """Compute a visit, whatever came before it."""
        return _visit(self, number)

    def visits_until(self, since_s: float) -> tuple[Visit, ...]:
        """List the visits that are over by a time."""
        whole = max(0, math.floor((min(since_s, self.end_s) - self.lead_s) / self.length_s + 1e-9))
        return tuple(self.visit(k) for k in range(whole))


@lru_cache(maxsize=64)
def _visit(story: Story, number: int) -> Visit:
    rng = np.random.default_rng([story.seed, STORIES.index(story.name), number])
    kind = _kind(story, rng)
    plans = (_QUIET[kind],) if kind in _QUIET else (KINDS | NAMED)[kind]
    in_turn = story.name in NAMED and story.name != "random"
    plan = plans[number % len(plans) if in_turn else int(rng.integers(len(plans)))]
    game: Game = "x01" if story.name in NAMED else GAMES[int(np.random.default_rng([story.seed, number, 0x6A3E]).integers(len(GAMES)))]
    return visit_of(rng, plan, number, kind, story.lead_s + number * story.length_s, story.length_s, game)


def _kind(story: Story, rng: np.random.Generator) -> str:
    if story.name not in _MIXED:
        return story.name
    names = tuple(UNUSUAL if rng.random() < story.unusual else USUAL)
    return names[int(rng.integers(len(names)))]
