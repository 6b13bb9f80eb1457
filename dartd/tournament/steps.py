"""The statuses of a fixture and the steps between them; what is not in the table is refused."""

from typing import Final

from dartd.errors import ConflictError
from schemas.tournament import Fixture, FixtureStatus

FORWARD: Final[dict[FixtureStatus, FixtureStatus]] = {"scheduled": "called", "called": "playing", "playing": "finished"}
KNOCKOUT: Final = frozenset({"knockout", "third_place"})  # stages in which a drawn match is played again
BACK: Final[dict[FixtureStatus, FixtureStatus]] = {"called": "scheduled", "playing": "called"}


def check_step(fixture: Fixture, status: FixtureStatus, *, walkover: bool = False, counted: bool = False) -> None:
    """Check that a fixture may take a step. `walkover`: a side wins without playing on; `counted`: darts of its match count already.

    Raises:
        ConflictError: it may not; the details name its status.
    """
    current = fixture.status
    if walkover:
        if status != "finished" or current == "finished":
            raise _refused(fixture, f"a walkover finishes a fixture that is not {current}")
        return
    if status not in {FORWARD.get(current), BACK.get(current)}:
        raise _refused(fixture, f"a fixture that is {current} cannot become {status}")
    if status == "playing" and is_asked(fixture):
        raise _refused(fixture, f"board {fixture.board_id} is asked to begin it already")
    if status == "finished":
        raise _refused(fixture, "its match is not over: play it to the end, or name the winner of a walkover")
    if current == "playing" and counted:
        raise _refused(fixture, "darts of its match count already: undo them, or name the winner of a walkover")
    if status in {"called", "playing"} and not is_complete(fixture):
        raise _refused(fixture, "its players are not known yet")


def is_complete(fixture: Fixture) -> bool:
    """Return whether all players of a fixture are known."""
    return all(side.players for side in fixture.sides)


def is_asked(fixture: Fixture) -> bool:
    """Return whether another board is asked to begin the match of a fixture: it may have begun there."""
    return fixture.status == "called" and fixture.match_id is not None


def is_at_play(fixture: Fixture) -> bool:
    """Return whether a fixture is being played, or another board is asked to begin it."""
    return fixture.status == "playing" or is_asked(fixture)


def is_open(fixture: Fixture) -> bool:
    """Return whether a fixture has not begun."""
    return fixture.status in {"scheduled", "called"} and not is_asked(fixture)


def _refused(fixture: Fixture, message: str) -> ConflictError:
    return ConflictError(message, fixture_id=fixture.fixture_id, status=fixture.status)
