"""The script of a simulated board, visit after visit: a function of its name, a seed and the time since the epoch."""

import math
from functools import lru_cache
from typing import Final

import numpy as np

from schemas.base import Value
from workers.sources.simulator.plans import KINDS, LEFT, NAMED, STANDING, UNUSUAL, USUAL
from workers.sources.simulator.player import GAMES, Game
from workers.sources.simulator.visit import Plan, SimulatedVisit, visit_of

_LENGTHS_S: Final = {
    "demo": 13.5,
    "tc8_1": 9.5,
    "tc8_3": 14.0,
    "tc8_5": 20.0,
    "tc8_7": 23.0,
    "tc8_8": 9.5,
    "quiet": 60.0,
    "quiet_darts": 60.0,
    "left_dart": 60.0,
}
_LENGTH_S: Final = 19.0  # of a visit of all other scripts
_LEAD_S: Final = 10.0  # empty board at first: a user waits for the calibration
_SHORT_LEAD_S: Final = 4.0
_VISITS: Final = 3  # of a test case
_MIXED: Final = ("mixed", "disturbed")
_QUIET: Final[dict[str, Plan]] = {"quiet": (), "quiet_darts": STANDING}
_DISTURBED_S: Final = {
    "disturbed": (0.0, 19.0),
    "quiet": (0.0, 60.0),
    "quiet_darts": (12.0, 48.0),
}  # the part of each visit in which there are disturbances
_LONG: Final[dict[str, Plan]] = {**_QUIET, "left_dart": LEFT}  # one plan each
SCRIPTS: Final = (*NAMED, *_MIXED, *_QUIET, *KINDS, "left_dart")  # their order is part of what is played: a new one comes last


class Script(Value, frozen=True, kw_only=True):
    """A named script with a seed; `unusual` is the share of unusual visits in mixtures. Times are seconds since its epoch."""

    name: str
    seed: int
    unusual: float = 0.33

    @property
    def length_s(self) -> float:
        """Return the length of one visit."""
        return _LENGTHS_S.get(self.name, _LENGTH_S)

    @property
    def lead_s(self) -> float:
        """Return how long the board is empty at first, for calibration and reference."""
        return _SHORT_LEAD_S if self.name.startswith("tc8_") else _LEAD_S

    @property
    def end_s(self) -> float:
        """Return the end of the script; infinite except for test cases."""
        return self.lead_s + _VISITS * self.length_s if self.name.startswith("tc8_") else math.inf

    def number_at(self, since_s: float) -> int:
        """Return the number of the visit at a time; negative before the first."""
        return math.floor((since_s - self.lead_s) / self.length_s)

    def disturbed_s(self, since_s: float) -> float | None:
        """Return the total time of disturbances up to a time; None if there are none at that time."""
        if self.name not in _DISTURBED_S or since_s < self.lead_s:
            return None
        first_s, last_s = _DISTURBED_S[self.name]
        number, in_visit_s = divmod(since_s - self.lead_s, self.length_s)
        return number * (last_s - first_s) + in_visit_s - first_s if first_s <= in_visit_s < last_s else None

    def since_s(self, disturbed_s: float) -> float:
        """Return the time at which the total time of disturbances reaches `disturbed_s`."""
        first_s, last_s = _DISTURBED_S[self.name]
        number, rest_s = divmod(disturbed_s, last_s - first_s)
        return self.lead_s + number * self.length_s + first_s + rest_s

    def visit(self, number: int) -> SimulatedVisit:
        """Return a visit; it does not depend on the visits before it."""
        return _visit(self, number)

    def visits_until(self, since_s: float) -> tuple[SimulatedVisit, ...]:
        """Return the visits that have ended by a time."""
        whole = max(0, math.floor((min(since_s, self.end_s) - self.lead_s) / self.length_s + 1e-9))
        return tuple(self.visit(k) for k in range(whole))


@lru_cache(maxsize=64)
def _visit(script: Script, number: int) -> SimulatedVisit:
    rng = np.random.default_rng([script.seed, SCRIPTS.index(script.name), number])
    kind = _kind(script, rng)
    plans = (_LONG[kind],) if kind in _LONG else (KINDS | NAMED)[kind]
    in_order = script.name in NAMED and script.name != "random"
    plan = plans[number % len(plans) if in_order else int(rng.integers(len(plans)))]
    game: Game = "x01" if script.name in NAMED else GAMES[int(np.random.default_rng([script.seed, number, 0x6A3E]).integers(len(GAMES)))]
    return visit_of(rng, plan, number, kind, script.lead_s + number * script.length_s, script.length_s, game)


def _kind(script: Script, rng: np.random.Generator) -> str:
    if script.name not in _MIXED:
        return script.name
    names = tuple(UNUSUAL if rng.random() < script.unusual else USUAL)
    return names[int(rng.integers(len(names)))]
