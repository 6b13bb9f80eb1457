"""Figures of players compared with each other, over HTTP."""

import httpx2

from tests.support.people import log_in_as, make_player
from tests.support.station import Station
from tests.unit.dartd.web.v1.test_statistics import begin, get, throw


async def test_performance_against_a_benchmark(station: Station, http: httpx2.AsyncClient) -> None:
    """Of a player, a level and a period; what does not exist is named."""
    match_id = await begin(station, http)
    await throw(http, match_id, "T20 S1 S20", "T20 S5 S1", "D10")
    player = await get(http, "/performance", player_id="ann", benchmark="player:bob")
    level = await get(http, "/performance", player_id="ann", benchmark="level:pub")
    period = await get(http, "/performance", player_id="ann", benchmark="period:2020-01-01/2020-12-31")
    wrong = await get(http, "/performance", 422, player_id="ann", benchmark="level:god")
    missing = await get(http, "/performance", 404, player_id="eve")

    assert (player["figures"]["average"], player["benchmark"]["average"], player["difference"]["average"]) == ("75.75", "66.00", "9.75")
    assert (player["difference"]["legs_won"], player["difference"]["checkout_pct"]) == (1, "50.00")
    assert (level["benchmark"]["average"], level["difference"]["average"]) == ("48.00", "27.75")
    assert (period["benchmark"]["legs"], period["difference"]["average"]) == (0, None)
    assert (wrong["error"]["details"]["field"], missing["error"]["details"]["field"]) == ("benchmark", "player_id")


async def test_metrics_have_definitions_and_values(station: Station, http: httpx2.AsyncClient) -> None:
    """Without a player only definitions."""
    match_id = await begin(station, http)
    await throw(http, match_id, "T20 S1 S20", "T20 S5 S1", "D10")
    plain = {each["name"]: each for each in (await get(http, "/performance/metrics"))["data"]}
    values = {each["name"]: each["value"] for each in (await get(http, "/performance/metrics", player_id="ann"))["data"]}

    assert plain["average"]["value"] is None
    assert plain["average"]["definition"].startswith("3 x points / darts")
    assert (values["average"], values["win_rate"], values["form"], values["longest_slump"]) == ("75.75", "100.00", "75.75", 0)


async def test_leaderboard(station: Station, http: httpx2.AsyncClient) -> None:
    """The best first, equal values share a rank; a caller sees the players whom the caller may read."""
    match_id = await begin(station, http)
    await throw(http, match_id, "T20 S1 S20", "T20 S5 S1", "D10")
    average = await get(http, "/leaderboard", figure="average", period="week")
    legs = await get(http, "/leaderboard", figure="legs")
    best = await get(http, "/leaderboard", figure="best_leg")
    other = await get(http, "/leaderboard", game="cricket")
    public = await get(http, "/leaderboard", headers={})
    wrong = await get(http, "/leaderboard", 422, figure="luck")

    assert [(each["rank"], each["name"], each["value"]) for each in average["data"]] == [(1, "Ann", "75.75"), (2, "Bob", "66.00")]
    assert [(each["rank"], each["value"]) for each in legs["data"]] == [(1, 1), (1, 1)]
    assert [(each["player_id"], each["value"]) for each in best["data"]] == [("ann", 4)]
    assert (other["data"], public["data"], wrong["error"]["details"]["field"]) == ([], [], "figure")


async def test_figures_are_of_players_who_may_be_read(station: Station, http: httpx2.AsyncClient) -> None:
    """One's own without a name."""
    await make_player(station, player_id="ann")
    await make_player(station, player_id="bob")
    own = await log_in_as(station, "player", player_id="ann")
    await get(http, "/performance", headers=own)
    await get(http, "/performance", 403, headers=own, player_id="bob")
    await get(http, "/performance", 401, headers={}, player_id="bob")
