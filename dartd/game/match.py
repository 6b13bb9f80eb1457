"""A match as a fold: the same record gives the same state, live, after a restart, after an undo and after a correction."""

from collections.abc import Sequence
from typing import Literal

from dartd.game.bull_off import BullOff, fold_bull_off
from dartd.game.catalog import new_game
from dartd.game.flow import Flow
from dartd.game.leg import Leg
from dartd.game.record import Dart, LegRecord, LegVisit, MatchRecord, MatchSetup
from dartd.game.rules import VisitOutcome

Status = Literal["scheduled", "running", "paused", "stopped", "finished"]
Phase = Literal["bull_off", "play"]
Reason = Literal["extra", "after_bust", "after_game_shot", "paused", "leg_reopened"]


class Match:
    """The state of a match. It is never changed: `then` gives the state after a change, and folds only the legs that changed.

    `folded` has the legs of the record; the first `counted` of them count, later ones belong to a leg that was reopened.
    """

    def __init__(self, setup: MatchSetup, record: MatchRecord, before: "Match | None" = None) -> None:
        self.setup = setup
        self.record = record
        known: dict[int, Leg] = {}
        if before is not None:
            known = {id(leg): folded for leg, folded in zip(before.record.legs, before.folded, strict=True)}
        self.folded: list[Leg] = [known[id(leg)] if id(leg) in known else fold_leg(setup, leg) for leg in record.legs]
        self.bull_off = _bull_off(setup, range(len(setup.sides)), setup.first, record)
        first = setup.first if self.bull_off is None else self.bull_off.first
        if record.chosen is not None:
            first = record.chosen
        self.flow = Flow(setup.format, len(setup.sides), first or 0)
        self.counted = 0
        for leg in self.folded:
            if self.flow.finished:
                break
            self.counted += 1
            if not leg.finished:
                break
            self.flow.add(leg.winner, lost=leg.winner is None and not leg.draw)
        self._break_tie()

    def then(self, record: MatchRecord) -> "Match":
        """Return the match after a change of its record."""
        return Match(self.setup, record, self)

    @property
    def status(self) -> Status:
        """Return the status of the match."""
        if self.flow.finished and self.record.status != "stopped":
            return "finished"
        return self.record.status

    @property
    def running_leg(self) -> int | None:
        """Return the index of the leg that is not finished, None between legs."""
        if self.counted and not self.folded[self.counted - 1].finished:
            return self.counted - 1
        return None

    @property
    def current_bull_off(self) -> BullOff | None:
        """Return the bull-off that is to be thrown now: for the first leg, for a leg that ended level, or for a level match."""
        if self.bull_off is not None and not self.bull_off.decided:
            return self.bull_off
        index = self.running_leg
        if index is not None and self.folded[index].awaits_bull:
            return _leg_bull_off(self.setup, self.record.legs[index], self.folded[index])
        if self.flow.awaits_tie_break and self.setup.format.tie == "bull":
            return _tie_break(self.setup, self.flow, self.record)
        return None

    @property
    def awaits_choice(self) -> bool:
        """Return whether the winner of the bull-off is to say who throws first."""
        bull_off, record = self.bull_off, self.record
        is_open = bull_off is not None and bull_off.decided and record.chosen is None and not record.legs
        return self.setup.bull_winner == "chooses" and is_open

    @property
    def phase(self) -> Phase:
        """Return whether the sides throw for the bull now, or its winner is to choose."""
        return "bull_off" if self.current_bull_off is not None or self.awaits_choice else "play"

    @property
    def open_visit(self) -> tuple[int, int] | None:
        """Return leg and visit (indices) of the visit that has not passed yet, None when the next side is on.

        The visit that finished a leg stays open until the darts are taken.
        """
        if not self.counted or not self.record.legs[self.counted - 1].visits:
            return None
        visits = self.record.legs[self.counted - 1].visits
        return None if visits[-1].passed else (self.counted - 1, len(visits) - 1)

    def on(self) -> tuple[int, int]:
        """Return the side and the thrower (index within the side) whose turn it is."""
        bull_off = self.current_bull_off
        if bull_off is not None:
            return bull_off.queue[0], 0
        visit = self.open_visit
        if visit is not None:
            thrown = self.record.legs[visit[0]].visits[visit[1]]
            return thrown.side, thrown.thrower
        index = self.running_leg
        if index is None:
            return self.flow.starter, 0
        return self._next_on(index)

    def _next_on(self, index: int) -> tuple[int, int]:
        record, leg, sides = self.record.legs[index], self.folded[index], len(self.setup.sides)
        after = record.visits[-1].side + 1 if record.visits else record.starter
        rotation = [(after + step) % sides for step in range(sides)]
        in_play = [side for side in leg.game.order(rotation) if leg.is_in_play(side)]
        side = in_play[0] if in_play else rotation[0]
        return side, next_thrower(record.visits, side, self.setup.sides[side])

    def outcome(self, leg: int, visit: int) -> VisitOutcome:
        """Return what a visit came to."""
        return self.folded[leg].outcomes[visit]

    def reasons(self, leg: int, visit: int) -> list[Reason | None]:
        """Return for each dart of a visit why it does not count, None for one that does."""
        outcome = self.outcome(leg, visit)
        ignored: Reason = "extra"
        if outcome.void or outcome.won:
            ignored = "after_game_shot"
        elif outcome.bust:
            ignored = "after_bust"
        reasons: list[Reason | None] = []
        left = outcome.used
        for dart in self.record.legs[leg].visits[visit].darts:
            if dart.paused:
                reasons.append("paused")
            elif leg >= self.counted:
                reasons.append("leg_reopened")
            else:
                reasons.append(None if left > 0 else ignored)
                left -= 1
        return reasons

    def new_leg(self) -> LegRecord:
        """Return the record of the leg that begins next."""
        return LegRecord(set_number=self.flow.set_number, leg_number=self.flow.leg_number, starter=self.flow.starter)

    def _break_tie(self) -> None:
        if self.flow.awaits_tie_break and self.setup.format.tie == "bull":
            bull_off = _tie_break(self.setup, self.flow, self.record)
            if bull_off.first is not None:
                self.flow.add(bull_off.first)


def fold_leg(setup: MatchSetup, record: LegRecord) -> Leg:
    """Return a leg after the visits of its record.

    Raises:
        RulesError: a total that cannot be thrown.
    """
    leg = Leg(new_game(setup.options, len(setup.sides)), setup.options)
    for visit in record.visits:
        if visit.total is not None:
            leg.play_total(visit.side, visit.thrower, visit.total)
        else:
            leg.play(visit.side, visit.thrower, visit.beds, passed=visit.passed)
    if leg.awaits_bull:
        if setup.bull_off == "off" and getattr(setup.options, "max_rounds_end", None) != "bull_off":
            leg.settle_draw()
        else:
            bull_off = _leg_bull_off(setup, record, leg)
            if bull_off.first is not None:
                leg.settle_bull(bull_off.first)
    return leg


def next_thrower(visits: Sequence[LegVisit], side: int, players: int) -> int:
    """Return which player of a side throws next: they rotate by the visits of their side."""
    return sum(visit.side == side for visit in visits) % players


def counted_darts(match: Match, leg: int, visit: int) -> list[Dart]:
    """Return the darts of a visit that count."""
    darts = match.record.legs[leg].visits[visit].darts
    return [dart for dart, reason in zip(darts, match.reasons(leg, visit), strict=True) if reason is None]


def _order(sides: Sequence[int], first: int) -> list[int]:
    return sorted(sides, key=lambda side: (side - first) % (max(sides) + 1))


def _bull_off(setup: MatchSetup, sides: Sequence[int], first: int, record: MatchRecord) -> BullOff | None:
    if setup.bull_off == "off" or len(sides) == 1:
        return None
    return fold_bull_off(setup.bull_off, _order(sides, first), record.bull_off, setup.tie_mm)


def _mode(setup: MatchSetup) -> Literal["normal", "official"]:
    return "normal" if setup.bull_off == "off" else setup.bull_off


def _leg_bull_off(setup: MatchSetup, record: LegRecord, leg: Leg) -> BullOff:
    return fold_bull_off(_mode(setup), _order(leg.tied, record.starter), record.bull, setup.tie_mm)


def _tie_break(setup: MatchSetup, flow: Flow, record: MatchRecord) -> BullOff:
    won = flow.sets if setup.format.sets else flow.legs
    level = [side for side in range(len(setup.sides)) if won[side] == max(won)]
    return fold_bull_off(_mode(setup), _order(level, flow.starter), record.tie_break, setup.tie_mm)
