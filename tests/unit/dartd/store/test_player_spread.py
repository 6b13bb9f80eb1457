"""How the darts of a player scatter."""

from collections.abc import Sequence

import pytest
import sqlalchemy as sa

from dartd.store.player_spread import FEWEST_DEGREES, spread_of_player
from dartd.store.tables import throws


def thrown(
    connection: sa.Connection, visits: int, points: Sequence[tuple[float, float]], *, first: int = 0, player_id: str = "ann"
) -> None:
    """Insert visits of the same darts."""
    rows = [
        {
            "throw_id": f"t{first + visit}-{k}", "seq": 1 + 10 * (first + visit) + k, "at_s": 1.0, "visit_id": f"v{first + visit}",
            "dart_number": k + 1, "player_id": player_id, "state": "hit", "label": "S1", "points": 1, "corrected": False,
            "x_mm": x, "y_mm": y,
        }
        for visit in range(visits)
        for k, (x, y) in enumerate(points)
    ]  # fmt: skip
    connection.execute(sa.insert(throws), rows)


def test_the_spread_is_that_of_visits_at_one_target(core: sa.Connection) -> None:
    """A visit at several targets says nothing, and neither do the darts of others."""
    thrown(core, FEWEST_DEGREES, [(0.0, 0.0), (10.0, 0.0)])
    thrown(core, 5, [(0.0, 0.0), (0.0, 300.0)], first=100)
    thrown(core, 5, [(0.0, 0.0), (50.0, 0.0)], first=200, player_id="bob")
    found = spread_of_player(core, "ann")

    assert found is not None
    assert found.xx == pytest.approx(50.0**0.5)
    assert found.yy == 0.0


def test_too_few_darts(core: sa.Connection) -> None:
    """Nothing is guessed."""
    thrown(core, FEWEST_DEGREES - 1, [(0.0, 0.0), (10.0, 0.0)])

    assert spread_of_player(core, "ann") is None
