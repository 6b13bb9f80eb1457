"""The cases `game`, `match` and `stats`."""

import msgspec

from dartd.game.cases.games import GameCase, MatchCase, StatsCase, game_result, match_result, stats_result


def test_a_game_is_printed_visit_by_visit() -> None:
    """Each visit says what it came to; the end, the totals and the figures follow; corrections give a second fold."""
    case = msgspec.convert(
        {
            "rules": msgspec.Raw(b'{"start": 40}'),
            "players": ["A", "B"],
            "visits": [{"player": "A", "darts": ["20"]}, {"player": "B", "darts": ["D20", "1"]}],
            "corrections": [{"op": "change", "visit": 2, "dart": 1, "to": "T20"}],
        },
        GameCase,
    )
    answer = game_result(case)

    assert answer["result"]["after"] == [
        {"player": "A", "used": 1, "ignored": 0, "points": 20, "remaining": 20, "bust": False, "won": False, "opened": True, "attempts": 1},
        {"player": "B", "used": 1, "ignored": 1, "points": 40, "remaining": 0, "bust": False, "won": True, "opened": True, "attempts": 1},
    ]
    assert {key: answer["result"][key] for key in ("finished", "winner", "draw", "end", "remaining")} == {
        "finished": True,
        "winner": "B",
        "draw": False,
        "end": "checkout",
        "remaining": {"A": 20, "B": 0},
    }
    assert answer["result"]["stats"]["B"]["average"] == "120.00"
    assert answer["corrected"]["remaining"] == {"A": 20, "B": 40}
    assert answer["corrected"]["visits"][1] == {"player": "B", "darts": ["T20", "1"]}


LEGS = [
    {"rules": msgspec.Raw(b'{"start": 40}'), "visits": [{"player": "A", "darts": ["D20"]}]},
    {"rules": msgspec.Raw(b'{"start": 40}'), "visits": [{"player": "B", "darts": ["20"]}, {"player": "A", "points": 40, "darts_used": 1}]},
    {"visits": [{"player": "A", "darts": ["T20"]}]},
]


def test_a_match_is_printed_leg_by_leg() -> None:
    """Winners, ends, rests and figures of the legs until the match is over; later ones are ignored."""
    answer = match_result(msgspec.convert({"format": {"legs": 2}, "players": ["A", "B"], "first": "A", "legs": LEGS}, MatchCase))

    assert (answer["leg_winners"], answer["leg_ends"], answer["rests"]) == (["A", "A"], ["checkout"] * 2, [[0], [20, 0]])
    assert (answer["winner"], answer["finished"], answer["draw"], answer["flow"][2]) == ("A", True, False, {"ignored": True})
    assert (answer["stats"]["A"]["legs"], answer["stats"]["A"]["average"], answer["stats"]["B"]["average"]) == (2, "120.00", "20.00")


def test_figures_are_added_up_over_legs() -> None:
    """The figures of all legs given count, finished or not."""
    answer = stats_result(msgspec.convert({"players": ["A", "B"], "legs": LEGS}, StatsCase))

    assert (answer["A"]["legs"], answer["A"]["legs_won"], answer["A"]["points"], answer["A"]["darts"]) == (3, 2, 140, 5)
