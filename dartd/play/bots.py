"""Sides that throw by themselves. Their darts are commands like those of people, so that the journal has all that a match is computed from.

Where a dart lands depends on the match, its position and the spread of the bot alone: thrown again, it is the same dart.
"""

import hashlib
import math
from typing import Final

from dartd.game.beds import BULL, bed_code, bed_label
from dartd.game.bot import Spread, bed_to_aim_at, landing_point, spread_of_level
from dartd.game.catalog import new_game
from dartd.game.view import turn_of
from dartd.play.played_match import PlayedMatch
from schemas.board import BoardSpec, bed_at
from schemas.match_commands import Bot, BullDart, ThrowByHand, ThrowForBull

SELF: Final = "dartd"  # the user of commands that no one gave

_SPEC: Final = BoardSpec()


def bot_on(played: PlayedMatch) -> Bot | None:
    """Return the bot whose turn it is in a running match, None when it is the turn of players."""
    match = played.match
    if match.status != "running":
        return None
    return played.info.sides[match.on()[0]].bot


def waits_for_bot(played: PlayedMatch) -> bool:
    """Return whether a bot is to throw: it is on, and its visit is not over."""
    if bot_on(played) is None:
        return False
    turn = turn_of(played.match)
    return turn is not None and turn.darts_left > 0


def throw_of_bot(played: PlayedMatch) -> ThrowByHand | ThrowForBull:
    """Return the command by which the bot that is on throws its next dart."""
    match, match_id = played.match, played.info.match_id
    bot = bot_on(played)
    side = match.on()[0]
    if match.awaits_choice:
        return ThrowForBull(match_id=match_id, first=side, user_id=SELF)
    spread = spread_of(bot or Bot(level=1))
    thrown = sum(len(visit.darts) for leg in match.record.legs for visit in leg.visits)
    bulls = len(match.record.bull_off) + len(match.record.tie_break) + sum(len(leg.bull) for leg in match.record.legs)
    normal = _normal(f"{match_id}/{thrown}/{bulls}")
    if match.phase == "bull_off":
        distance_mm = math.hypot(*landing_point(BULL, spread, normal))
        stays = distance_mm < _SPEC.edge_mm
        return ThrowForBull(match_id=match_id, darts=(BullDart(side=side, mm=distance_mm if stays else None),), user_id=SELF)
    turn = turn_of(match)
    index = match.running_leg
    game = new_game(match.setup.options, len(match.setup.sides)) if index is None else match.folded[index].game
    if index is None:
        game.begin(side)
    aim = bed_to_aim_at(game, 3 if turn is None else turn.darts_left)
    bed = bed_at(*landing_point(aim, spread, normal), _SPEC)
    return ThrowByHand(match_id=match_id, darts=(bed_label(bed_code(bed)),), user_id=SELF)


def spread_of(bot: Bot) -> Spread:
    """Return how the darts of a bot scatter."""
    if bot.spread is not None:
        bias_x_mm, bias_y_mm, xx, yx, yy = bot.spread
        return Spread(bias_x_mm=bias_x_mm, bias_y_mm=bias_y_mm, xx=xx, yx=yx, yy=yy)
    return spread_of_level(bot.level or 1)


def _normal(seed: str) -> tuple[float, float]:
    """Return two independent standard normal deviates (Box and Muller) that depend on a text alone."""
    digest = hashlib.sha256(seed.encode()).digest()
    first, second = (int.from_bytes(digest[k : k + 7], "big") / (1 << 56) for k in (0, 7))
    radius = math.sqrt(-2 * math.log(1 - first))
    return radius * math.cos(math.tau * second), radius * math.sin(math.tau * second)
