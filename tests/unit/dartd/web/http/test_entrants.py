"""The sides of a match as they are sent."""

from typing import Any

import httpx2
import pytest

from tests.support.people import make_player
from tests.support.station import Station
from tests.support.throws import hit
from tests.unit.dartd.web.v1.test_matches import OPERATOR, post

X01 = {"game": "x01"}
ADA = {"players": [{"name": "Ada"}]}


@pytest.mark.parametrize(
    ("side", "field"),
    [
        ({}, "$.sides[1].players"),
        ({"players": []}, "$.sides[1].players"),
        ({"players": [{"name": "B"}], "bot": {"level": 1}}, "$.sides[1].players"),
        ({"players": ["unknown"]}, "$.sides[1].players[0]"),
        ({"bot": {}}, "$.sides[1].bot.level"),
        ({"bot": {"level": 1, "like": "p"}}, "$.sides[1].bot.level"),
        ({"bot": {"level": 10}}, "$.sides[1].bot.level"),
        ({"bot": {"like": "unknown"}}, "$.sides[1].bot.like"),
    ],
)
async def test_what_is_no_side(http: httpx2.AsyncClient, side: dict[str, Any], field: str) -> None:
    """The answer names the path."""
    answer = await post(http, "", {"rules": X01, "sides": [ADA, side]}, 422)

    assert answer["error"]["details"]["field"] == field


async def test_a_bot_is_a_side(http: httpx2.AsyncClient) -> None:
    """It has a name and a level, and is there again in a rematch."""
    match = await post(http, "", {"rules": X01, "sides": [ADA, {"bot": {"level": 7}}]}, 201)
    again = await post(http, f"/{match['match_id']}/rematch", {"first": 0}, 201)

    assert [(each["name"], each["bot"]) for each in match["sides"]] == [("Ada", None), ("Bot 7", {"level": 7, "like": None})]
    assert [each["bot"] for each in again["sides"]] == [None, {"level": 7, "like": None}]


async def test_a_bot_is_like_a_player(station: Station, http: httpx2.AsyncClient) -> None:
    """Who must have thrown enough darts that the cameras measured."""
    player_id = await make_player(station)
    body = {"rules": X01, "sides": [ADA, {"bot": {"like": player_id}}]}
    few = await post(http, "", body, 422)
    await http.put("/api/v1/board/player", json={"player_id": player_id}, headers=OPERATOR)
    for number in range(45):
        await station.happen(
            hit(f"d{number}", number=number % 3 + 1, visit=f"v{number // 3}", x_mm=float(number % 7), y_mm=100.0 + number % 5)
        )
    match = await post(http, "", body, 201)

    assert few["error"]["details"]["field"] == "$.sides[1].bot.like"
    assert match["sides"][1]["bot"] == {"level": None, "like": player_id}
