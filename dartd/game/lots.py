"""What is drawn by lot before a match: a random order, numbers, rests. The draw is stored in the options, so that folds repeat exactly."""

from collections.abc import Sequence

import msgspec

from dartd.game.around_the_clock import AroundTheClock, clock_targets
from dartd.game.catalog import AnyOptions
from dartd.game.killer import Killer
from dartd.game.random_checkout import RandomCheckout
from dartd.game.rules import RulesError
from schemas.base import Value


class Lots(Value, frozen=True, kw_only=True):
    """Draw so many of the pool; `again`: a number may be drawn more than once."""

    pool: tuple[int, ...]
    count: int
    again: bool = False


def lots_of(options: AnyOptions, sides: int) -> Lots | None:
    """Return what is to be drawn before a match with these options, None when nothing is.

    Raises:
        RulesError: nothing can be drawn.
    """
    match options:
        case AroundTheClock(order="random", targets=None):
            pool = clock_targets(options)
            return Lots(pool=tuple(pool), count=len(pool))
        case Killer(numbers="drawn"):
            return Lots(pool=tuple(range(1, 21)), count=sides)
        case RandomCheckout(rests=None):
            return Lots(pool=tuple(options.pool()), count=options.rounds, again=True)
        case _:
            return None


def with_lots(options: AnyOptions, drawn: Sequence[int]) -> AnyOptions:
    """Return the options with what was drawn.

    Raises:
        RulesError: these options draw nothing.
    """
    match options:
        case AroundTheClock():
            return msgspec.structs.replace(options, targets=tuple(drawn))
        case Killer():
            return msgspec.structs.replace(options, numbers=tuple(drawn))
        case RandomCheckout():
            return msgspec.structs.replace(options, rests=tuple(drawn))
        case _:
            raise RulesError(f"{options.__struct_config__.tag} draws nothing")
