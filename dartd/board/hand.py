"""The hand at the board: whether one is in view, and which limit of the takeout runs."""


class Hand:
    """A hand as far as is known, `left_at_s` being when one last was there.

    `compared`: the pull-out limit after that has passed, so the board was compared with the empty one. `board_empty`: what the board was
    last said to be in that time, None when that could not be said. `stirs_s`: since when something moves that is not known yet
    to be a hand or not.
    """

    def __init__(self) -> None:
        self.in_view = False
        self.left_at_s = 0.0
        self.stirs_s: float | None = None
        self.compared = False
        self.board_empty: bool | None = None

    def comes(self, at_s: float) -> None:
        """Note that a takeout begins: all limits are ahead."""
        self.compared = False
        self.seen(at_s)

    def seen(self, at_s: float) -> None:
        """Note that a hand is, or was until now, at the board: limits run from here.

        Once overdue darts have been published nothing starts the limit anew: people who play on would put it off without end.
        """
        self.board_empty = None
        if not self.compared:
            self.left_at_s = at_s

    def give_up(self, at_s: float) -> None:
        """Drop a hand that no camera reports any more, so that a lost camera does not stop the game."""
        self.in_view = False
        if not self.compared:
            self.left_at_s = at_s

    def due_s(self, pull_out_s: float, adopt_s: float, motion_s: float) -> float:
        """Return the time of the next limit: to give the hand up, to compare the board, or to adopt what stands.

        No darts are overdue while something moves, for it may be the hand; for `motion_s` at most.
        """
        if self.compared:
            return self.left_at_s + pull_out_s + adopt_s
        if self.in_view:
            return self.left_at_s + adopt_s
        due_s = self.left_at_s + pull_out_s
        return due_s if self.stirs_s is None or self.stirs_s > due_s else max(due_s, self.stirs_s + motion_s)
