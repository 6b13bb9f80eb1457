"""Throwing without a match."""

from typing import Any

import sqlalchemy as sa

from dartd.store.free_play import FreePlay, free_play
from dartd.store.listing import Span
from dartd.store.tables import match_visits, throws, visits


def _visit(connection: sa.Connection, number: int, total: int, player_id: str | None, state: str = "hit") -> None:
    row: dict[str, Any] = {"visit_id": f"v{number}", "seq": number, "at_s": float(number), "player_id": player_id, "total": total}
    connection.execute(sa.insert(visits).values(**row, reason="takeout", revised=False, throws="[]"))
    dart: dict[str, Any] = {"throw_id": f"d{number}", "seq": number, "at_s": float(number), "visit_id": f"v{number}", "dart_number": 1}
    connection.execute(sa.insert(throws).values(**dart, player_id=player_id, state=state, label="T20", points=60, corrected=False))


def test_visits_of_no_match_are_counted(core: sa.Connection) -> None:
    """Those of a player, or of all, in a span; visits of matches and darts that were removed again are none."""
    for number, (total, player_id) in enumerate(((180, "ann"), (140, "ann"), (100, "bob"), (180, None), (180, "ann")), 1):
        _visit(core, number, total, player_id)
    _visit(core, 6, 20, "ann", state="deleted")
    core.execute(sa.insert(match_visits).values(visit_id="v5", match_id="m1"))

    assert free_play(core, Span(), "ann") == FreePlay(visits=3, thrown=2, n100=0, n140=1, n180=1, highest_visit=180)
    assert free_play(core, Span()) == FreePlay(visits=5, thrown=4, n100=1, n140=1, n180=2, highest_visit=180)
    assert free_play(core, Span(after_s=2, before_s=4), "ann") == FreePlay(visits=1, thrown=1, n100=0, n140=1, n180=0, highest_visit=140)
    assert free_play(core, Span(after_s=100)) == FreePlay(visits=0, thrown=0, n100=0, n140=0, n180=0, highest_visit=0)
