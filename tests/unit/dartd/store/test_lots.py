"""What a game draws by lot."""

import msgspec

from dartd.play.setup import read_rules
from dartd.store.lots import drawn_by_lot


def test_lots_are_drawn_where_a_game_has_any() -> None:
    """The numbers of Killer are all different; a 501 stays as it is."""
    plain = read_rules({"game": "x01"})
    drawn = msgspec.to_builtins(drawn_by_lot(read_rules({"game": "killer", "numbers": "drawn"}), 3))

    assert drawn_by_lot(plain, 2) is plain
    assert len(set(drawn["numbers"])) == 3
