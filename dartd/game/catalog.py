"""The table of games: one line each."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from dartd.game.around_the_clock import AroundTheClock, AroundTheClockGame
from dartd.game.bobs_27 import Bobs27, Bobs27Game
from dartd.game.catch_40 import Catch40, Catch40Game
from dartd.game.count_up import CountUp, CountUpGame, Free
from dartd.game.cricket import Cricket, CricketGame
from dartd.game.finish_121 import Finish121, Finish121Game
from dartd.game.gotcha import Gotcha, GotchaGame
from dartd.game.halve_it import HalveIt, HalveItGame
from dartd.game.killer import Killer, KillerGame
from dartd.game.random_checkout import RandomCheckout, RandomCheckoutGame
from dartd.game.round_the_world import RoundTheWorld, RoundTheWorldGame
from dartd.game.rules import Game, GameOptions, RulesError
from dartd.game.shanghai import Shanghai, ShanghaiGame
from dartd.game.x01 import X01, X01Game

AnyOptions = (
    X01
    | Cricket
    | AroundTheClock
    | Bobs27
    | Shanghai
    | CountUp
    | HalveIt
    | Killer
    | Free
    | Finish121
    | RandomCheckout
    | RoundTheWorld
    | Gotcha
    | Catch40
)

GAMES: Final[dict[type[GameOptions], type[Game]]] = {
    X01: X01Game,
    Cricket: CricketGame,
    AroundTheClock: AroundTheClockGame,
    Bobs27: Bobs27Game,
    Shanghai: ShanghaiGame,
    CountUp: CountUpGame,
    HalveIt: HalveItGame,
    Killer: KillerGame,
    Free: CountUpGame,
    Finish121: Finish121Game,
    RandomCheckout: RandomCheckoutGame,
    RoundTheWorld: RoundTheWorldGame,
    Gotcha: GotchaGame,
    Catch40: Catch40Game,
}

NAMES: Final = tuple(str(options.__struct_config__.tag) for options in GAMES)


def new_game(options: GameOptions, sides: int) -> Game:
    """Return a leg of the game with these options at its start.

    Raises:
        RulesError: the game cannot be played by so many sides, or options do not fit their number.
    """
    return GAMES[type(options)](options, sides)


def read_options(rules: Mapping[str, Any]) -> AnyOptions:
    """Return the options of `{"game": "x01", …}` with every default filled in.

    Raises:
        RulesError: no such game, or an option that the game does not have or that is out of range; the message names its path.
    """
    name = rules.get("game")
    if name not in NAMES:
        raise RulesError(f"$.game: {name!r} is no game: use one of {', '.join(NAMES)}")
    try:
        options: AnyOptions = msgspec.convert(rules, AnyOptions)
    except msgspec.ValidationError as error:
        raise RulesError(str(error)) from error
    return options
