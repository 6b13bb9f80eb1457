"""Sides that throw by themselves."""

from typing import Any

import msgspec
import pytest

from dartd.game.bot import Spread
from dartd.game.catalog import NAMES
from dartd.play.bots import bot_on, spread_of, throw_of_bot, waits_for_bot
from dartd.play.decider import BOT_PAUSE_S, MatchDecider
from schemas.events import JournalledEvent, MatchCommanded, MatchFinished, TurnChanged
from schemas.match import MatchBot, MatchPlayer
from schemas.match_commands import Bot, CreateMatch, EnteredSide, StepMatch, ThrowByHand, ThrowForBull
from tests.support.play import AT, BOARD, Table, create, dart, played, takeout

PEOPLE = EnteredSide(players=(MatchPlayer(player_id="ann"),))


def bots(*levels: int | None, **given: Any) -> CreateMatch:
    """Return a match whose sides are bots of these levels, None for a player."""
    sides = tuple(
        PEOPLE if level is None else EnteredSide(players=(MatchPlayer(name=f"Bot {level}"),), bot=Bot(level=level)) for level in levels
    )
    return msgspec.structs.replace(create(**given), sides=sides)


def run(table: Table, *, until_s: float = 20_000.0) -> list[JournalledEvent]:
    """Let time pass until nothing waits; return what was published."""
    events: list[JournalledEvent] = []
    while (due_s := table.decider.deadline()) is not None and due_s < until_s:
        events += table.decider.step([], due_s).events
    table.journal += events
    return events


@pytest.mark.parametrize("game", NAMES)
def test_two_bots_play_every_game_to_its_end(game: str) -> None:
    """Or to its last round; the journal alone gives the same match."""
    rules: dict[str, Any] = {"start": 101} if game == "x01" else {}
    rules |= {"numbers": (20, 19)} if game == "killer" else {"rests": (41, 60) * 5} if game == "random_checkout" else {}
    table = Table()
    table.give(
        bots(9, 8, board=False, game=game, max_rounds=30, **rules) if game != "free" else bots(9, 9, board=False, game=game, max_rounds=5)
    )
    run(table)
    folded = MatchDecider(BOARD)
    folded.restore(None, ((event, 0.0) for event in table.journal), now=0.0, epoch_s=0.0)

    assert table.decider.find("m1").match.status == "finished"
    assert folded.memory(0.0) == table.decider.memory(0.0)
    assert table.decider.deadline() is None


def test_it_throws_after_a_pause_and_the_same_again() -> None:
    """A dart at a time; after a restart in the middle of its visit it throws what it would have thrown."""
    table = Table()
    table.give(bots(5, None, board=False))
    first = table.decider.step([], BOT_PAUSE_S).events
    memory = table.decider.memory(0.0)
    early = table.decider.step([], 1.5 * BOT_PAUSE_S).events
    second = table.decider.step([], 2 * BOT_PAUSE_S).events
    restored = MatchDecider(BOARD)
    restored.restore(memory, (), now=50.0, epoch_s=0.0)
    again = restored.step([], 50.0 + BOT_PAUSE_S).events

    assert [isinstance(events[0], MatchCommanded) for events in (first, second)] == [True, True]
    assert (early, again) == ((), second)


def test_it_waits_while_others_throw_and_while_the_match_is_paused() -> None:
    """Its turn begins when the board is empty, and passes without a takeout; darts that people throw meanwhile are not its own."""
    table = Table()
    table.give(bots(None, 4))
    for number, label in enumerate(("T20", "T20", "T20"), 1):
        table.give(dart(label, number, slot=number))
    waiting = table.decider.deadline()
    table.give(takeout(2))
    table.give(StepMatch(match_id="m1", step="pause", at=AT))
    paused = table.decider.deadline()
    table.give(StepMatch(match_id="m1", step="resume", at=AT))
    stray = table.give(dart("T20", 4, visit=2))
    thrown = [table.decider.step([], k * BOT_PAUSE_S).events for k in (1, 2, 3)]
    turns = [each.turn for events in thrown for each in events if isinstance(each, TurnChanged)]

    assert (waiting, paused, stray) == (None, None, [])
    assert [turn.side for turn in turns if turn is not None] == [1, 1, 0]
    assert (table.decider.deadline(), table.give(takeout(3))) == (None, [])
    assert len(table.give(dart("T20", 5, visit=3))) == 1


def test_it_throws_for_the_bull_and_chooses() -> None:
    """It begins when it may choose."""
    match = msgspec.structs.replace(bots(9, 1, board=False), bull_off="normal", bull_winner="chooses")
    table = Table()
    table.give(match)
    run(table, until_s=40 * BOT_PAUSE_S)
    commands = [each.command for each in table.journal if isinstance(each, MatchCommanded)]
    bulls = [each for each in commands if isinstance(each, ThrowForBull)]

    assert [len(each.darts) for each in bulls] == [1] * (len(bulls) - 1) + [0]
    assert isinstance(commands[len(bulls) + 1], ThrowByHand)


def test_who_is_on() -> None:
    """Only in a match that runs; a bot that is like a player scatters as the player does."""
    scheduled = played(msgspec.structs.replace(bots(3, None), start=False))
    table = Table()
    table.give(bots(3, None))
    running = table.decider.find("m1")

    assert (bot_on(scheduled), waits_for_bot(scheduled), bot_on(running), waits_for_bot(running)) == (None, False, Bot(level=3), True)
    assert isinstance(throw_of_bot(running), ThrowByHand)
    assert spread_of(Bot(like="ann", spread=(1.0, 2.0, 3.0, 4.0, 5.0))) == Spread(bias_x_mm=1.0, bias_y_mm=2.0, xx=3.0, yx=4.0, yy=5.0)
    state = table.decider.match_on_board()
    assert state is not None
    assert [side.bot for side in state.sides] == [MatchBot(level=3), None]
    assert not any(isinstance(each, MatchFinished) for each in table.journal)
