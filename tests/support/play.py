"""Matches of the daemon for tests: commands with few arguments, and a decider that keeps what it published."""

from collections.abc import Sequence
from typing import Any

import msgspec

from dartd.decision import Input
from dartd.errors import CommandRefusedError
from dartd.game.catalog import read_options
from dartd.game.flow import Format
from dartd.play.decider import MatchDecider
from dartd.play.played_match import PlayedMatch, new_match
from dartd.play.setup import read_setup
from schemas.base import BoardId, DartId, VisitId
from schemas.board import parse_bed
from schemas.events import BoardEvent, DartHit, JournalledEvent, Score, TakeoutFinished, TurnChanged
from schemas.match import MatchPlayer
from schemas.match_commands import CreateMatch, EnteredSide
from tests.support.comparison import Visit
from tests.support.throws import hit

BOARD = BoardId("main")
_THROWN = ("dart_hit", "throw_miss", "dart_unscored")
AT = "2026-11-29T20:00:00.000Z"


def create(
    match_id: str = "m1", *, players: Sequence[str] = ("ann", "bob"), legs: int = 1, board: bool = True, **rules: Any
) -> CreateMatch:
    """Return the command that begins a match of players with profiles, one on each side."""
    return CreateMatch(
        match_id=match_id,
        rules=msgspec.to_builtins(read_options({"game": "x01", **rules})),
        format=msgspec.to_builtins(Format(legs=legs)),
        sides=tuple(EnteredSide(players=(MatchPlayer(player_id=player),)) for player in players),
        board_id=BOARD if board else None,
        at=AT,
    )


def played(command: CreateMatch | None = None) -> PlayedMatch:
    """Return a scheduled match."""
    command = command or create()
    return new_match(command, read_setup(command))


def dart(label: str, number: int, *, slot: int = 1, visit: int = 1) -> DartHit:
    """Return a hit of a bed as the board publishes it."""
    bed = parse_bed(label)
    score = Score(base=bed.base, multiplier=bed.multiplier, total=bed.total, ring=bed.ring, sector=bed.sector, label=label)
    return msgspec.structs.replace(hit(visit=f"main-v{visit:06d}", number=slot), dart_id=DartId(f"main-d{number:06d}"), score=score)


def takeout(visit: int) -> TakeoutFinished:
    """Return the end of a takeout; the visit that begins has this number."""
    return TakeoutFinished(visit_id=VisitId(f"main-v{visit:06d}"))


def assert_turns(found: Sequence[Visit]) -> None:
    """Assert that the turn of a match on the board passes as a referee, who knows what happened, would pass it.

    Once at the end of each takeout after a throw, to the other side, and at no other moment. A visit that was not published as it happened
    is not judged; the next one begins where it left the match.
    """
    table, side = Table(), 0
    table.give(create(start=10001))
    for visit in found:
        events = [each.event for each in visit.events if isinstance(each.event, BoardEvent)]
        turns = [each.turn for item in events for each in table.give(item) if isinstance(each, TurnChanged)]
        on = [turn.side for turn in turns if turn is not None]
        if visit.verify:
            has_thrown = any(line.startswith(_THROWN) for line in visit.happened)
            passes = has_thrown and any(line.startswith("takeout_finished") for line in visit.happened)
            thrower, side = side, 1 - side if passes else side
            assert on == [thrower] * (len(on) - passes) + [side] * passes, visit.happened
        else:
            side = on[-1] if on else side


class Table:
    """A decider of matches, with all events that it was given and that it published, in their order."""

    def __init__(self) -> None:
        self.decider = MatchDecider(BOARD)
        self.journal: list[JournalledEvent] = []
        self._darts = 0
        self._visits = 1

    def give(self, *inputs: Input) -> list[JournalledEvent]:
        """Give inputs; return what is published.

        Raises:
            CommandRefusedError: a command was refused.
        """
        step = self.decider.step(inputs, 0.0)
        self.journal += [item for item in inputs if isinstance(item, JournalledEvent)]
        self.journal += step.events
        for refusal in step.refusals.values():
            raise refusal
        return list(step.events)

    def try_to(self, item: Input) -> CommandRefusedError | None:
        """Give one input; return the refusal."""
        try:
            self.give(item)
        except CommandRefusedError as error:
            return error
        return None

    def visit(self, labels: str, *, taken: bool = True) -> list[JournalledEvent]:
        """Throw a visit at the board; return what is published."""
        found: list[JournalledEvent] = []
        for slot, label in enumerate(labels.split(), 1):
            self._darts += 1
            found += self.give(dart(label, self._darts, slot=slot, visit=self._visits))
        if taken:
            self._visits += 1
            found += self.give(takeout(self._visits))
        return found
