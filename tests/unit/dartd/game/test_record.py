"""The record of a match: frozen, written as JSON and read back, and refused for sides that a game does not allow."""

import msgspec
import pytest

from dartd.game.record import Dart, LegRecord, LegVisit, MatchRecord, MatchSetup
from dartd.game.rules import RulesError, Total
from dartd.game.x01 import X01

VISIT = LegVisit(side=0, thrower=0, darts=(Dart(bed=83), Dart(bed=1, paused=True)))
LEG = LegRecord(set_number=1, leg_number=1, starter=0, visits=(VISIT,))


def test_a_record_is_read_back_as_it_was() -> None:
    """A record survives being stored."""
    record = MatchRecord(status="running", legs=(LEG,), undone=((LEG,), ()))

    assert msgspec.json.decode(msgspec.json.encode(record), type=MatchRecord) == record


def test_paused_darts_are_not_given_to_the_fold() -> None:
    """A dart thrown while the match was paused takes no slot."""
    assert LEG.visits[0].beds == [83]
    assert LEG.visits[0].is_thrown
    assert not LegVisit(side=0, thrower=0, darts=(Dart(bed=1, paused=True),)).is_thrown
    assert LegVisit(side=0, thrower=0, total=Total(points=60)).is_thrown


def test_other_legs_forget_what_was_undone() -> None:
    """After something new nothing can be redone."""
    assert MatchRecord(undone=((LEG,),)).with_legs((LEG,)) == MatchRecord(legs=(LEG,))


@pytest.mark.parametrize(("sides", "first"), [((), 0), ((5,), 0), ((1, 0), 0), ((1, 1), 2)])
def test_sides_that_cannot_play_are_refused(sides: tuple[int, ...], first: int) -> None:
    """A side has one to four players, and the first side must exist."""
    with pytest.raises(RulesError):
        MatchSetup(options=X01(), sides=sides, first=first)
