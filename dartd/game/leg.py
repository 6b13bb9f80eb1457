"""A leg as a fold of visits: which darts count, when a visit and the leg are over, who has won.

The game decides what a dart does; here is what all games have in common: three darts a visit, rounds, equal turns, the end.
"""

from collections.abc import Sequence

from dartd.game.rules import SLOTS, WON, Game, GameOptions, RulesError, Total, VisitOutcome


class Leg:
    """A leg in play. Visits are given in the order in which they were thrown; the side of each is said, not worked out."""

    __slots__ = (
        "_equal",
        "_has_outs",
        "_reached",
        "_rounds",
        "bull_winner",
        "closed",
        "draw",
        "end",
        "finished",
        "game",
        "outcomes",
        "running",
        "tied",
        "winner",
    )

    def __init__(self, game: Game, options: GameOptions, *, bull_winner: int | None = None) -> None:
        self.game = game
        self.bull_winner = bull_winner  # the side that wins the bull if the rounds end level
        self.closed = [0] * game.sides  # visits of each side
        self.outcomes: list[VisitOutcome] = []
        self.running: VisitOutcome | None = None  # the last visit, while it is open
        self.finished = False
        self.winner: int | None = None
        self.draw = False
        self.end: str | None = None
        self.tied: tuple[int, ...] = ()  # sides that are level when the rounds are over, until the bull decides
        limits = [limit for limit in (game.rounds, options.max_rounds) if limit is not None]
        self._rounds = min(limits, default=None)
        self._equal = options.equal_turns
        self._has_outs = game.has_outs
        self._reached: list[int] = []  # sides that reached the goal in this round, with equal turns

    @property
    def rounds(self) -> int | None:
        """Return how many rounds the leg has at most, None without a limit."""
        return self._rounds

    def play(self, side: int, thrower: int, beds: Sequence[int], *, passed: bool = True) -> VisitOutcome:
        """Play a visit. With `passed` it is over however few darts it has; otherwise it stays open for the darts to come."""
        outcome = VisitOutcome(side=side, thrower=thrower)
        self.outcomes.append(outcome)
        self.running = None
        if self._is_void(side):
            outcome.void = True
            outcome.ignored = len(beds)
            return outcome
        game = self.game
        game.begin(side)
        used = verdict = 0
        for bed in beds:
            used += 1
            verdict = game.dart(bed)
            if verdict or used == SLOTS:
                break
        outcome.used = used
        outcome.ignored = len(beds) - used
        outcome.over = verdict != 0
        outcome.won = verdict == WON
        if verdict or passed or used == SLOTS:
            self._close(outcome)
        else:
            self.running = outcome
        return outcome

    def play_total(self, side: int, thrower: int, total: Total) -> VisitOutcome:
        """Play a visit that was written down as a total.

        Raises:
            RulesError: the game needs beds, or the total cannot be thrown.
        """
        outcome = VisitOutcome(side=side, thrower=thrower)
        self.outcomes.append(outcome)
        self.running = None
        if self._is_void(side):
            outcome.void = True
            outcome.ignored = total.darts_used
            return outcome
        self.game.begin(side)
        verdict = self.game.count_total(total)
        outcome.used = total.darts_used
        outcome.over = verdict != 0
        outcome.won = verdict == WON
        self._close(outcome)
        at_double = total.darts_at_double
        if at_double is not None and not int(outcome.won) <= at_double <= total.darts_used:
            raise RulesError(f"darts_at_double is {at_double}, with {total.darts_used} darts thrown")
        outcome.attempts = int(outcome.won) if at_double is None else at_double
        return outcome

    def is_in_play(self, side: int) -> bool:
        """Return whether a side still throws in this leg."""
        return not self._is_void(side)

    @property
    def awaits_bull(self) -> bool:
        """Return whether the rounds are over, sides are level, and the bull has not decided yet."""
        return bool(self.tied) and self.winner is None and not self.finished

    def settle_bull(self, winner: int) -> None:
        """End a leg whose sides are level with the winner of the bull."""
        if self.awaits_bull and winner in self.tied:
            self.finished = True
            self.winner = winner

    def settle_draw(self) -> None:
        """End a leg as a draw whose sides are level and for which no bull is thrown."""
        if self.awaits_bull:
            self.finished = self.draw = True

    def _is_void(self, side: int) -> bool:
        if self.finished or self.tied or side in self._reached or (self._has_outs and self.game.is_out(side)):
            return True
        return self._rounds is not None and self.closed[side] >= self._rounds

    def _close(self, outcome: VisitOutcome) -> None:
        self.game.end_visit(outcome)
        self.closed[outcome.side] += 1
        if outcome.won:
            if not self._equal:
                self._finish(outcome.side, self.game.win_end)
                return
            self._reached.append(outcome.side)
        if self._rounds is not None or self._reached or self._has_outs:
            self._end_round()

    def _finish(self, winner: int | None, end: str, *, draw: bool = False) -> None:
        self.finished = True
        self.winner = winner
        self.draw = draw
        self.end = end

    def _end_round(self) -> None:
        """End the leg when one side is left, when equal turns are complete, or when the rounds are over."""
        if self._has_outs:
            survivor = self.game.survivor()
            if survivor is not None:
                self._finish(survivor, self.game.win_end)
                return
            least = min((self.closed[side] for side in range(self.game.sides) if not self.game.is_out(side)), default=None)
        else:
            least = min(self.closed)
        if self._reached and (least is None or least >= max(self.closed)):
            self._decide(tuple(self._reached), self.game.win_end)
        elif least is None or (self._rounds is not None and least >= self._rounds):
            self._end_rounds(everyone_out=least is None)

    def _end_rounds(self, *, everyone_out: bool) -> None:
        game = self.game
        by_game = everyone_out or (game.rounds is not None and game.rounds == self._rounds)
        end = game.rounds_end() if by_game else "max_rounds"
        ranking = game.ranking()
        level = len(ranking.leaders) != 1 and self.bull_winner not in ranking.leaders
        if not ranking.leaders or (level and ranking.draw_when_equal):
            self._finish(None, end, draw=ranking.draw_when_equal)
        else:
            self._decide(ranking.leaders, end)

    def _decide(self, leaders: tuple[int, ...], end: str) -> None:
        """Finish with the only leader, else with the winner of the bull, else wait for it."""
        if len(leaders) == 1:
            self._finish(leaders[0], end)
        elif self.bull_winner in leaders:
            self._finish(self.bull_winner, end)
        else:
            self.tied = leaders
            self.end = end
