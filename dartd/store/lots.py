"""What a game draws by lot, drawn."""

import secrets

from dartd.game.catalog import AnyOptions
from dartd.game.lots import lots_of, with_lots
from dartd.game.rules import RulesError
from dartd.play.setup import located

_random = secrets.SystemRandom()


def drawn_by_lot(options: AnyOptions, sides: int) -> AnyOptions:
    """Return the options of a game of so many sides with what is drawn by lot.

    Raises:
        RulesError: so many sides cannot play it.
    """
    try:
        lots = lots_of(options, sides)
    except RulesError as error:
        raise located(error, "$.rules") from error
    if lots is None:
        return options
    drawn = _random.choices(lots.pool, k=lots.count) if lots.again else _random.sample(lots.pool, lots.count)
    return with_lots(options, drawn)
