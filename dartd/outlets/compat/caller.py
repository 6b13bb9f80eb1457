"""The messages of darts-caller's data feeder, as a pure fold of our events and the running match: for LED and sound add-ons.

The messages of the board come always, as those of mode X01; with a match on the board they have its mode, players and scores. What a throw
came to is known when all events of its commit have been read, so its messages are returned by `settle`. Values are texts.
"""

from typing import Any, Final

from dartd.outlets.compat.autodarts import segment_of
from dartd.outlets.compat.board_view import SLOTS, BoardView, ShownThrow, after, begins_visit, takes_slot, view_of
from schemas.events import (
    BoardReset,
    BoardStateChanged,
    JournalledEvent,
    LegFinished,
    MatchFinished,
    Snapshot,
    TakeoutFinished,
    TakeoutStarted,
    VisitScored,
)
from schemas.match import MatchSide, MatchState

_MODES: Final = {
    "x01": "X01",
    "cricket": "Cricket",
    "around_the_clock": "ATC",
    "round_the_world": "RTW",
    "random_checkout": "Random Checkout",
    "count_up": "CountUp",
    "shanghai": "Shanghai",
    "gotcha": "Gotcha",
    "bobs_27": "Bob's 27",
}

Message = dict[str, Any]


class Caller:
    """The fold."""

    def __init__(self) -> None:
        self._view = BoardView()
        self._match: MatchState | None = None
        self._thrown: list[tuple[ShownThrow, int]] = []  # of this commit, each with the side that threw it
        self._scored: VisitScored | None = None
        self._is_bust = False  # the last visit, until it is taken out
        self._taken: BoardView | None = None  # the visit that was taken out: its message names who throws next
        self._ended: list[LegFinished | MatchFinished] = []

    def begin(self, snapshot: Snapshot, at: str = "") -> None:
        """Take over the board and the match of a snapshot."""
        self.__init__()  # type: ignore[misc]  # what waited belongs to a position that was left
        self._view, self._match = view_of(snapshot, at), snapshot.match

    def opening(self, at: str = "") -> list[Message]:
        """Return the first messages of a client: none."""
        del at
        return []

    def step(self, event: JournalledEvent, at: str = "") -> list[Message]:
        """Return the messages of an event that need not wait for others of its commit."""
        before = self._view
        messages: list[Message] = []
        if begins_visit(before, event):
            messages += [*self._throws(), _board_status("Takeout Started"), _board_status("Takeout Finished"), self._pulled(before)]
        self._view = after(before, event, at)
        match event:
            case _ if takes_slot(event):
                self._thrown.append((self._view.throws[-1], self._side))
            case TakeoutStarted():
                messages += [*self._throws(), _board_status("Takeout Started")]
            case TakeoutFinished():
                messages += [*self._throws(), _board_status("Takeout Finished")]
                self._taken = before if before.throws else None
            case BoardReset():
                messages += [*self._throws(), _board_status("Manual reset")]
            case BoardStateChanged() if event.status != before.status:
                messages += _of_status(before.status, event.status)
            case VisitScored() if self._is_ours(event.match_id):
                self._scored = event
            case LegFinished() | MatchFinished() if self._is_ours(event.match_id):
                self._ended.append(event)
            case _:
                pass
        return messages

    def settle(self, match: MatchState | None) -> list[Message]:
        """Return the messages of the throws and of the match since the last call; `match` is the one on the board now."""
        previous, self._match = self._match, match if match is not None or not self._ended else self._match
        messages = self._throws()
        for ended in self._ended:
            if ended.winner is not None:
                name = "match-won" if isinstance(ended, MatchFinished) else "game-won"
                messages.append(self._of_side(name, ended.winner, dartsThrownValue=str(self._last_points(ended.winner))))
        if self._taken is not None:
            messages.append(self._pulled(self._taken))
            self._taken = None
        if match is not None and match.status == "running":
            messages += self._begun(previous, match)
        self._match, self._ended, self._scored = match, [], None
        return messages

    @property
    def _side(self) -> int:
        return self._match.turn.side if self._match is not None and self._match.turn is not None else 0

    def _is_ours(self, match_id: str) -> bool:
        return self._match is not None and self._match.match_id == match_id

    def _last_points(self, side: int) -> int:
        scored = self._scored
        return scored.thrown_points if scored is not None and scored.side == side else self._view.total

    def _throws(self) -> list[Message]:
        """Return the messages of the throws that wait: each dart, and at the end of a visit its sum or that it is bust."""
        view, thrown, scored = self._view, self._thrown, self._scored
        self._thrown = []
        messages = [
            self._of_side(
                f"dart{throw.slot}-thrown",
                side,
                pointsLeft=self._points_left(side),
                dartNumber=str(throw.slot),
                dartValue=str(throw.points),
                **_field(throw),
            )
            for throw, side in thrown
        ]
        if scored is not None and scored.bust:
            self._is_bust = True
            messages.append(self._of_side("busted", scored.side, pointsLeft=self._points_left(scored.side)))
        elif thrown and len(view.throws) == SLOTS and not self._ended:
            side = thrown[-1][1]
            left = self._points_left(side)
            messages.append(self._of_side("darts-thrown", side, pointsLeft=left, dartNumber=str(SLOTS), dartValue=str(view.total)))
        return messages

    def _pulled(self, before: BoardView) -> Message:
        bust, self._is_bust = self._is_bust, False
        return self._of_side(
            "darts-pulled",
            self._side,
            pointsLeft=self._points_left(self._side),
            dartsThrown=str(len(before.throws)),
            dartsThrownValue="0" if bust else str(before.total),
            busted=str(bust),
        )

    def _begun(self, previous: MatchState | None, match: MatchState) -> list[Message]:
        """Return that a match or its next leg has begun."""
        is_new = previous is None or previous.match_id != match.match_id or previous.status == "scheduled"
        before, now = previous.turn if previous is not None and not is_new else None, match.turn
        if now is None or (not is_new and before is not None and (before.set, before.leg) == (now.set, now.leg)):
            return []
        if not is_new and before is None:
            return []
        start = str(match.rules.get("start", 0))
        begun = self._of_side("game-started", now.side, pointsStart=start)
        return [*([self._of_side("match-started", now.side, pointsStart=start)] if is_new else []), begun]

    def _points_left(self, side: int) -> str:
        found = self._find_side(side)
        if found is None or any(ended.winner == side for ended in self._ended):
            return "0"
        return str(found.score.get("remaining") or 0)

    def _find_side(self, side: int) -> MatchSide | None:
        sides = () if self._match is None else self._match.sides
        return sides[side] if 0 <= side < len(sides) else None

    def _of_side(self, event: str, side: int, **game: str) -> Message:
        found, mode, name = self._find_side(side), "X01", None
        if self._match is not None:
            mode = _MODES.get(str(self._match.rules.get("game")), str(self._match.rules.get("game")))
        if found is not None:
            name = found.name or next((player.name for player in found.players), None)
        return {"event": event, "player": name or f"Player {side + 1}", "playerIndex": str(side), "game": {"mode": mode, **game}}


def _board_status(status: str) -> Message:
    return {"event": "Board Status", "data": {"status": status}}


def _of_status(old: str, new: str) -> list[Message]:
    if new == "stopped":
        return [_board_status("Board Stopped")]
    if new == "calibrating":
        return [_board_status("Calibration Started")]
    if old == "calibrating" and new in {"throw", "takeout"}:
        return [_board_status("Calibration Finished")]
    return [_board_status("Board Started")] if old in {"stopped", "starting", "error"} and new in {"throw", "takeout"} else []


def _field(throw: ShownThrow) -> dict[str, str]:
    segment = segment_of(throw)
    return {"fieldName": segment.name, "fieldNumber": str(segment.number), "fieldMultiplier": str(segment.multiplier)}
