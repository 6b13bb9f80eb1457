"""What is played on a simulated board, visit after visit: everything follows from name, seed and the time since the epoch."""

import math
from functools import lru_cache
from typing import Final

import numpy as np

from schemas.base import Value
from workers.sources.simulator.visit import Plan, Reaching, Throwing, Visit, visit_of

_THREE: Final[Plan] = (Throwing(after_s=0.5), Throwing(after_s=2.9), Throwing(after_s=2.9))
_WHOLE: Final[Plan] = (*_THREE, Reaching(after_s=2.4))
_FAST: Final[Plan] = (Throwing(after_s=0.5), Throwing(after_s=0.66), Throwing(after_s=0.66))
_BOUNCE: Final = Throwing(after_s=2.9, outcome="bounces")
_DART: Final = Throwing(after_s=2.9)
_DROPS: Final = Throwing(after_s=2.9, outcome="drops")
_FALLS: Final = Throwing(after_s=3.2, outcome="falls")
_AFTER_FALL: Final = Throwing(after_s=4.5)
_SURROUND: Final = Throwing(after_s=2.9, target="surround")
_NUMBERS: Final = Throwing(after_s=2.9, target="number_ring")
_TAKE: Final = Reaching(after_s=2.6)

_PLANS: Final[dict[str, tuple[Plan, ...]]] = {
    "demo": (_WHOLE,),
    "tc8_1": ((Throwing(after_s=0.5), _TAKE), (Throwing(after_s=1.0), _TAKE), (Throwing(after_s=1.5), _TAKE)),
    "tc8_2": (_WHOLE,),
    "tc8_3": ((Throwing(after_s=0.5), _TAKE), (Throwing(after_s=0.5), _DART, _TAKE), (_DART, _DART, Reaching(after_s=3.2))),
    "tc8_4": (
        _WHOLE,
        (*_THREE, Reaching(after_s=2.4, take=2), Reaching(after_s=0.9)),
        (*_THREE, Reaching(after_s=2.4, take=1), Reaching(after_s=0.8, take=1), Reaching(after_s=0.8)),
    ),
    "tc8_5": (
        (_FALLS, _AFTER_FALL, _DART, _TAKE),
        (_DART, _FALLS, Throwing(after_s=4.5, outcome="falls"), Reaching(after_s=4.5)),
        (_DART, _DART, _BOUNCE, _TAKE),
    ),
    "tc8_6": ((_SURROUND, _DART, _DART, _TAKE), (_DART, _DROPS, _DART, _TAKE), (_NUMBERS, _DART, _DROPS, _TAKE)),
    "tc8_7": (
        (_DART, Reaching(after_s=2.6, take=0), Throwing(after_s=2.4), _TAKE),
        (_DART, _DART, Reaching(after_s=2.6, take=0, rest_s=2.0), _DART, _TAKE),
        (_DART, _DART, _DART, Reaching(after_s=2.6, rest_s=2.0)),
    ),
    "tc8_8": ((*_FAST, _TAKE),),
    "random": (
        _WHOLE,
        _WHOLE,
        _WHOLE,
        (_DART, _DART, _TAKE),
        (_DART, _BOUNCE, _DART, _TAKE),
        (_DART, _SURROUND, _DART, _TAKE),
        (_NUMBERS, _DART, _DART, _TAKE),
        (_DART, _DROPS, _DART, _TAKE),
        (_DART, Reaching(after_s=2.6, take=0), _DART, _DART, _TAKE),
        (*_THREE, Reaching(after_s=2.4, take=2), Reaching(after_s=0.9)),
        (_DART, _FALLS, _AFTER_FALL, _TAKE),
        (*_FAST, _TAKE),
    ),
}
_LENGTHS_S: Final = {"demo": 13.5, "tc8_1": 9.5, "tc8_3": 14.0, "tc8_5": 20.0, "tc8_7": 23.0, "tc8_8": 9.5}
_LENGTH_S: Final = 19.0
_ENDLESS: Final = ("demo", "random")
_LEAD_S: Final = {"demo": 10.0, "random": 10.0}  # people wait for cameras that calibrate while they watch
_SHORT_LEAD_S: Final = 4.0
_VISITS: Final = 3
STORIES: Final = tuple(_PLANS)


class Story(Value, frozen=True, kw_only=True):
    """A named story played with a seed. Times are seconds since its epoch."""

    name: str
    seed: int

    @property
    def length_s(self) -> float:
        """Tell how long one visit takes."""
        return _LENGTHS_S.get(self.name, _LENGTH_S)

    @property
    def lead_s(self) -> float:
        """Tell how long the board is empty at first, so that references and calibrations can be taken."""
        return _LEAD_S.get(self.name, _SHORT_LEAD_S)

    @property
    def end_s(self) -> float:
        """Tell when the story is over; infinite for `demo` and `random`."""
        return math.inf if self.name in _ENDLESS else self.lead_s + _VISITS * self.length_s

    def number_at(self, since_s: float) -> int:
        """Tell which visit runs at a time; negative before the first."""
        return math.floor((since_s - self.lead_s) / self.length_s)

    def visit(self, number: int) -> Visit:
        """Compute a visit, whatever came before it."""
        return _visit(self.name, self.seed, number)

    def visits_until(self, since_s: float) -> tuple[Visit, ...]:
        """List the visits that are over by a time."""
        whole = max(0, math.floor((min(since_s, self.end_s) - self.lead_s) / self.length_s + 1e-9))
        return tuple(self.visit(k) for k in range(whole))


@lru_cache(maxsize=64)
def _visit(name: str, seed: int, number: int) -> Visit:
    story, plans = Story(name=name, seed=seed), _PLANS[name]
    rng = np.random.default_rng([seed, STORIES.index(name), number])
    plan = plans[int(rng.integers(len(plans)))] if name == "random" else plans[number % len(plans)]
    return visit_of(rng, plan, number, story.lead_s + number * story.length_s, story.length_s)
