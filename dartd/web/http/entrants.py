"""The sides of a match as they are sent, checked and made what enters the match."""

import functools
from collections.abc import Sequence

import msgspec

from dartd.store.player_spread import FEWEST_DEGREES, spread_of_player
from dartd.store.players import PLAYERS
from dartd.web.http.endpoint import Call
from dartd.web.http.player_rights import check_player_filter
from dartd.web.http.problems import Problem
from schemas.api.matches import NewBot, NewGuest, NewSide
from schemas.match import MatchPlayer, MatchSide
from schemas.match_commands import Bot, EnteredSide


async def entered_sides(call: Call, sides: Sequence[NewSide]) -> tuple[EnteredSide, ...]:
    """Return the sides of a new match.

    Raises:
        Problem: 422 that names the path: no such profile, or neither players nor a bot.
    """
    return tuple([await _entered(call, side, f"$.sides[{number}]") for number, side in enumerate(sides)])


async def sides_again(call: Call, sides: Sequence[MatchSide]) -> tuple[EnteredSide, ...]:
    """Return the sides of a match for another one."""
    again = []
    for number, side in enumerate(sides):
        bot = None if side.bot is None else await _bot(call, NewBot(level=side.bot.level, like=side.bot.like), f"$.sides[{number}]")
        again.append(EnteredSide(players=tuple(map(_entrant, side.players)), name=side.name, bot=bot))
    return tuple(again)


async def _entered(call: Call, side: NewSide, path: str) -> EnteredSide:
    if (side.bot is None) == (not side.players):
        raise _refused(f"{path}.players", "a side has either one to four players or a bot")
    if side.bot is not None:
        bot = await _bot(call, side.bot, path)
        name = "Bot" if bot.level is None else f"Bot {bot.level}"
        return EnteredSide(players=(MatchPlayer(name=name),), name=side.name, bot=bot)
    entrants = [await _player(call, each, f"{path}.players[{number}]") for number, each in enumerate(side.players)]
    return EnteredSide(players=tuple(entrants), name=side.name)


async def _player(call: Call, given: str | NewGuest, path: str) -> MatchPlayer:
    if isinstance(given, NewGuest):
        return MatchPlayer(name=given.name)
    if await call.read(functools.partial(PLAYERS.get, entity_id=given)) is None:
        raise _refused(path, f"there is no player {given!r}")
    return MatchPlayer(player_id=given)


async def _bot(call: Call, given: NewBot, path: str) -> Bot:
    if (given.level is None) == (given.like is None):
        raise _refused(f"{path}.bot.level", "a bot has either a level or the player it is like")
    if given.like is None:
        return Bot(level=given.level)
    if await call.read(functools.partial(PLAYERS.get, entity_id=given.like)) is None:
        raise _refused(f"{path}.bot.like", f"there is no player {given.like!r}")
    await check_player_filter(call, given.like)
    spread = await call.read(functools.partial(spread_of_player, player_id=given.like))
    if spread is None:
        raise _refused(f"{path}.bot.like", f"the cameras have measured too few darts of this player: at least {2 * FEWEST_DEGREES}")
    return Bot(like=given.like, spread=msgspec.structs.astuple(spread))


def _entrant(player: MatchPlayer) -> MatchPlayer:
    """Return a player without the name of a profile, which no event has."""
    return player if player.player_id is None else MatchPlayer(player_id=player.player_id)


def _refused(path: str, message: str) -> Problem:
    return Problem(422, "VALIDATION_ERROR", message, details={"field": path})
