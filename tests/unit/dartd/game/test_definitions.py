"""The figures and their definitions."""

import msgspec

from dartd.game.definitions import DEFINITIONS, LOWER_IS_BETTER
from dartd.game.summary import summary


def test_each_figure_is_defined_once() -> None:
    """Every number of a summary has a definition, and those that are better when low are figures."""
    names = [each.name for each in DEFINITIONS]
    numbers = {name for name, value in summary([]).items() if not isinstance(value, dict)}

    assert len(set(names)) == len(names)
    assert numbers - set(names) == {"first9_points", "first9_darts"}
    assert set(names) >= LOWER_IS_BETTER
    assert msgspec.json.encode(DEFINITIONS)
