"""A tournament played through the API by hand, compared with tables and a bracket that are computed here, without the product."""

from collections import defaultdict
from fractions import Fraction
from itertools import groupby
from pathlib import Path
from random import Random
from typing import Any

import httpx2
import msgspec
import sqlalchemy as sa

from dartd.config import LimitsConfig
from dartd.store.projections.registry import Registry
from dartd.store.projections.tournaments import PROJECTION
from tests.support.http_client import http_client
from tests.support.people import bearer, log_in_as, make_player
from tests.support.station import CONFIG, TOKEN, Station, running_station

BOARDS = ("main", "b2", "b3", "b4")
LEGS = 1

Json = dict[str, Any]


class Organiser:
    """Somebody who runs a tournament through the API, and keeps the results on paper."""

    def __init__(self, http: httpx2.AsyncClient, headers: dict[str, str], seed: int) -> None:
        self.http, self.headers, self.random = http, headers, Random(seed)
        self.paper: dict[str, tuple[Any, Any, list[int], list[list[int]], list[int]]] = {}  # fixture: players, legs, visits, darts
        self.walkovers: dict[str, tuple[Any, Any, int]] = {}

    async def get(self, path: str) -> Json:
        """Return what GET answers."""
        answer = await self.http.get(f"/api/v1{path}", headers=self.headers)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    async def send(self, method: str, path: str, body: Any = None, expected: int = 200) -> Json:
        """Send a request, and return its answer."""
        given = {} if body is None else {"json": body}
        answer = await self.http.request(method, f"/api/v1{path}", headers=self.headers, **given)
        assert answer.status_code == expected, (method, path, answer.text)
        found: Json = answer.json() if answer.content else {}
        return found

    async def fixtures(self, tournament_id: str) -> list[Json]:
        """Return the fixtures of a tournament in their order."""
        found: list[Json] = (await self.get(f"/fixtures?tournament_id={tournament_id}&limit=100"))["data"]
        return found

    async def play(self, fixture: Json, board: str | None = None) -> Json:
        """Call a fixture, give it a board, and play its match by totals; return the fixture as it is then."""
        path = f"/fixtures/{fixture['fixture_id']}"
        if fixture["status"] == "scheduled":
            await self.send("PUT", f"{path}/status", {"status": "called"})
        if board is not None:
            await self.send("PUT", f"{path}/assign", {"board_id": board, "marker_id": "marker"})
        begun = await self.send("PUT", f"{path}/status", {"status": "playing"})
        await self.finish(begun)
        return await self.get(path)

    async def finish(self, begun: Json, won: tuple[int, ...] | None = None) -> None:
        """Play the match of a fixture that has begun: 101, double out; the winner of each leg is drawn, or given."""
        match = f"/matches/{begun['match_id']}"
        legs, darts = [0, 0], [0, 0]
        scored: list[list[int]] = [[], []]
        one, other = (key_of(side["players"][0]) for side in begun["sides"])
        for leg in range(2 * LEGS - 1):
            winner = self.random.randrange(2) if won is None else won[leg]
            rest = [101, 101]
            side = leg % 2  # throws first
            while rest[winner]:
                left = rest[side]
                if side == winner and left == 40:
                    points, used = 40, self.random.randint(1, 3)
                    body: Json = {"points": 40, "darts_used": used, "darts_at_double": 1}
                elif side == winner:
                    points, used, body = 61, 3, {"points": 61}
                else:
                    points, used = self.random.choice((20, 22, 26) if left > 60 else (0,)), 3
                    body = {"points": points, "darts_at_double": 0}
                await self.send("POST", f"{match}/throws", body)
                rest[side] -= points
                scored[side].append(points)
                darts[side] += used
                side = 1 - side
            legs[winner] += 1
            if legs[winner] == LEGS:
                break
        self.paper[begun["fixture_id"]] = (one, other, legs, scored, darts)


def key_of(player: Json) -> str:
    """Return the name of a player on paper."""
    return str(player.get("player_id") or player.get("name"))


# The independent fold.


def table_of(players: list[str], results: list[tuple[str, str, int, int]], averages: dict[str, Fraction]) -> list[tuple[int, str, Json]]:
    """Return rank, player and figures by points, leg difference, head to head, legs won, and average."""
    figures = {player: count(player, results) for player in players}

    def mini(player: str, level: list[str]) -> tuple[int, int]:
        among = count(player, [each for each in results if each[0] in level and each[1] in level])
        return among["points"], among["leg_difference"]

    def parts(level: list[str], criteria: list[Any]) -> list[list[str]]:
        if not criteria or len(level) < 2:
            return [level]
        key = lambda player: criteria[0](player, level)  # noqa: E731 - of this level
        found = [list(group) for _, group in groupby(sorted(level, key=key, reverse=True), key)]
        return [part for each in found for part in parts(each, criteria[1:])]

    criteria = [
        lambda player, _: figures[player]["points"],
        lambda player, _: figures[player]["leg_difference"],
        mini,
        lambda player, _: figures[player]["legs_for"],
        lambda player, _: averages.get(player, Fraction(0)),
    ]
    ranked, rank = [], 1
    for level in parts(players, criteria):
        ranked += [(rank, player, figures[player]) for player in level]
        rank += len(level)
    return ranked


def count(player: str, results: list[tuple[str, str, int, int]]) -> Json:
    """Return what a player has in results."""
    mine = [(a, b) for one, _, a, b in results if one == player] + [(b, a) for _, other, a, b in results if other == player]
    won, drawn, lost = (sum(check(a, b) for a, b in mine) for check in (int.__gt__, int.__eq__, int.__lt__))
    legs_for, legs_against = sum(a for a, _ in mine), sum(b for _, b in mine)
    return {
        "played": len(mine), "won": won, "drawn": drawn, "lost": lost, "legs_for": legs_for, "legs_against": legs_against,
        "points": 2 * won + drawn, "leg_difference": legs_for - legs_against,
    }  # fmt: skip


def averages_on(paper: Any) -> dict[str, Fraction]:
    """Return the average of each player over all that is on paper."""
    points: dict[str, int] = defaultdict(int)
    darts: dict[str, int] = defaultdict(int)
    for one, other, _, scored, thrown in paper:
        for player, mine, used in zip((one, other), scored, thrown, strict=True):
            points[player] += sum(mine)
            darts[player] += used
    return {player: Fraction(3 * points[player], darts[player]) for player in points}


def winner_of(organiser: Organiser, fixture: Json) -> str | None:
    """Return who won a fixture on paper."""
    key = fixture["fixture_id"]
    if key in organiser.walkovers:
        return str(organiser.walkovers[key][organiser.walkovers[key][2]])
    if key not in organiser.paper:
        return None
    one, other, legs, *_ = organiser.paper[key]
    return str(one if legs[0] > legs[1] else other)


async def test_groups_and_knockout_of_sixteen(station: Station, http: httpx2.AsyncClient) -> None:
    """Tables, seats, walkovers and every event are those of the fold; a result is taken back and thrown again, until it is played on."""
    organiser = Organiser(http, await log_in_as(station, "operator"), seed=7)
    profile = await make_player(station)
    entrants: list[Json] = [{"player_id": profile, "seed": 1}, *({"name": f"P{k}", "seed": k} for k in range(2, 17))]
    asked = {"name": "Club night", "format": "groups_knockout", "groups": 4, "advance": 2, "third_place": True, "legs_to_win": LEGS}
    body = {**asked, "rules": {"game": "x01", "start": 101}, "entrants": entrants}
    made = await organiser.send("POST", "/tournaments", body, expected=201)
    tournament_id = made["tournament_id"]
    drawn = await organiser.send("POST", f"/tournaments/{tournament_id}/draw")
    fixtures = await organiser.fixtures(tournament_id)
    group = [each for each in fixtures if each["stage"] == "group"]
    members: dict[int, set[str]] = defaultdict(set)
    for each in group:
        members[each["group"]] |= set(players_of(each))

    assert (made["status"], drawn["status"], len(fixtures), len(group)) == ("planned", "running", 24 + 8, 24)
    assert [sorted(map(_number, members[k])) for k in (1, 2, 3, 4)] == [[1, 8, 9, 16], [2, 7, 10, 15], [3, 6, 11, 14], [4, 5, 12, 13]]
    await _play_groups(organiser, tournament_id, group)
    await _check_tables(organiser, tournament_id, group, members)
    await _take_back_and_throw_again(organiser, tournament_id, group)
    await _check_seats(organiser, tournament_id, group, members)
    await _play_knockout(organiser, tournament_id)
    await _check_tables(organiser, tournament_id, group, members)
    await _check_events(organiser, tournament_id, profile)


async def _play_groups(organiser: Organiser, tournament_id: str, group: list[Json]) -> None:
    """Play the groups at four boards. P16 withdraws after one of three fixtures, so that nothing of theirs counts; P15 after two."""
    left = {"P16": 1, "P15": 2}
    for each in group:
        leaving = [player for player in players_of(each) if player in left]
        if leaving and left[leaving[0]] == 0:
            one, other = players_of(each)
            organiser.walkovers[each["fixture_id"]] = (one, other, 1 if one in left else 0)
            continue
        await organiser.play(each, BOARDS[each["position"] % 4])
        for player in leaving:
            left[player] -= 1
            if not left[player]:
                await organiser.send("POST", f"/tournaments/{tournament_id}/withdrawals", {"name": player})


async def _take_back_and_throw_again(organiser: Organiser, tournament_id: str, group: list[Json]) -> None:
    """Before the knockout begins a result of a group can be undone: its seat is open, until the dart is thrown again."""
    undone = next(each for each in reversed(group) if each["fixture_id"] in organiser.paper)
    match_id = (await organiser.get(f"/fixtures/{undone['fixture_id']}"))["match_id"]
    await organiser.send("POST", f"/matches/{match_id}/undo", {"darts": 1})
    reopened = await organiser.get(f"/fixtures/{undone['fixture_id']}")
    open_seats = [each for each in await organiser.fixtures(tournament_id) if each["stage"] == "knockout"]
    await organiser.send("POST", f"/matches/{match_id}/redo", {"darts": 1})

    assert (reopened["status"], reopened["result"]) == ("playing", None)
    assert [] in [side["players"] for each in open_seats[:4] for side in each["sides"]]


async def _play_knockout(organiser: Organiser, tournament_id: str) -> None:
    """Play it to the end, one quarter-final being a walkover; the seats are those of the winners, for third place of the losers."""

    async def knockout() -> list[Json]:
        return [each for each in await organiser.fixtures(tournament_id) if each["stage"] != "group"]

    quarters = (await knockout())[:4]
    played = await organiser.play(quarters[0], "main")
    one, other = players_of(quarters[1])
    await organiser.send("PUT", f"/fixtures/{quarters[1]['fixture_id']}/status", {"status": "finished", "winner": 1})
    organiser.walkovers[quarters[1]["fixture_id"]] = (one, other, 1)
    for each in quarters[2:]:
        await organiser.play(each, "b2")
    semis = (await knockout())[4:6]
    await organiser.play(semis[0], "main")
    undo = await organiser.send("POST", f"/matches/{played['match_id']}/undo", expected=409)
    await organiser.play(semis[1], "b3")
    third, final = (await knockout())[6:]
    for each in (third, final):
        await organiser.play(each, "main")
    detail = await organiser.get(f"/tournaments/{tournament_id}")

    assert undo["error"]["code"] == "STATE_CONFLICT"
    assert [players_of(each) for each in semis] == [[winner_of(organiser, each) for each in pair] for pair in (quarters[:2], quarters[2:])]
    assert players_of(final) == [winner_of(organiser, each) for each in semis]
    assert players_of(third) == [next(player for player in players_of(each) if player != winner_of(organiser, each)) for each in semis]
    places = [key_of(each) for each in detail["summary"]["places"]]
    assert (detail["status"], places[0], places[2]) == ("finished", winner_of(organiser, final), winner_of(organiser, third))
    assert {each["finished"] for each in detail["summary"]["entrants"]} == {3, 4, 6}  # a group, a quarter-final, and two more


async def test_tournament_survives_a_restart_in_the_middle_of_a_match(tmp_path: Path) -> None:
    """The next daemon finishes the match; the tables computed anew from the journal are the same."""
    limits = LimitsConfig(default=1_000_000)
    config = msgspec.structs.replace(CONFIG, limits=limits)
    body = {"name": "Open", "format": "knockout", "tournament_id": "open", "rules": {"game": "x01", "start": 101}}
    async with running_station(tmp_path, config=config) as station, http_client(station.http) as http:
        organiser = Organiser(http, bearer(TOKEN), seed=1)
        await organiser.send("POST", "/tournaments", {**body, "entrants": [{"name": name} for name in "ABC"]}, expected=201)
        await organiser.send("POST", "/tournaments/open/draw")
        first = (await organiser.get("/fixtures?tournament_id=open&status=scheduled"))["data"][0]
        for status in ("called", "playing"):
            begun = await organiser.send("PUT", f"/fixtures/{first['fixture_id']}/status", {"status": status})
    async with running_station(tmp_path, config=config) as station, http_client(station.http) as http:
        organiser = Organiser(http, bearer(TOKEN), seed=1)
        await organiser.finish(begun)
        now = await organiser.fixtures("open")
        folded = await station.services.database.query(_rows)
        await station.services.database.change(_rebuild)
        rebuilt = await station.services.database.query(_rows)

    assert [each["status"] for each in now] == ["finished", "finished", "scheduled"]
    assert players_of(now[2]) == ["A", winner_of(organiser, now[1])]
    assert rebuilt == folded


def _rows(connection: sa.Connection) -> list[list[tuple[Any, ...]]]:
    return [sorted(map(tuple, connection.execute(sa.select(table)).all())) for table in PROJECTION.tables]


def _rebuild(connection: sa.Connection) -> None:
    Registry([PROJECTION], lambda _: False).rebuild(connection)


def players_of(fixture: Json) -> list[str]:
    """Return the names of the players of a fixture."""
    return [key_of(side["players"][0]) for side in fixture["sides"]]


def _number(player: str) -> int:
    return int(player[1:]) if player[1:].isdecimal() else 1


def _results(organiser: Organiser, group: list[Json]) -> tuple[list[tuple[str, str, int, int]], list[Any]]:
    """Return the results that count, and the papers of those played: nothing of P16, who played less than half."""
    results, papers = [], []
    for each in group:
        key = each["fixture_id"]
        if key in organiser.paper:
            one, other, legs, *_ = organiser.paper[key]
            if "P16" not in (one, other):
                results.append((one, other, legs[0], legs[1]))
                papers.append(organiser.paper[key])
        elif key in organiser.walkovers:
            one, other, winner = organiser.walkovers[key]
            if "P16" not in (one, other):
                results.append((one, other, LEGS * (winner == 0), LEGS * (winner == 1)))
    return results, papers


def _ranked(organiser: Organiser, group: list[Json], members: set[str]) -> list[tuple[int, str, Json]]:
    results, papers = _results(organiser, [each for each in group if {key_of(s["players"][0]) for s in each["sides"]} <= members])
    here = sorted(members - {"P15", "P16"}, key=_number)
    ranked = table_of(here, results, averages_on(papers))
    return [*ranked, *((len(here) + 1, player, count(player, results)) for player in members - set(here))]


async def _check_tables(organiser: Organiser, tournament_id: str, group: list[Json], members: dict[int, set[str]]) -> None:
    summary = await organiser.get(f"/tournaments/{tournament_id}/summary")
    for number, letter in enumerate("ABCD", 1):
        shown = [each for each in summary["standings"] if each["group"] == letter]
        expected = _ranked(organiser, group, members[number])
        assert [(each["rank"], key_of(each)) for each in shown] == [(rank, player) for rank, player, _ in expected]
        assert [{name: each[name] for name in figures} for each, (_, _, figures) in zip(shown, expected, strict=True)] == [
            figures for *_, figures in expected
        ]


async def _check_seats(organiser: Organiser, tournament_id: str, group: list[Json], members: dict[int, set[str]]) -> None:
    """The winners of the groups are the seeds 1 to 4; the runners-up are in the half where the winner of their group is not."""
    best = {number: [player for _, player, _ in _ranked(organiser, group, members[number])][:2] for number in (1, 2, 3, 4)}
    (a1, a2), (b1, b2), (c1, c2), (d1, d2) = (best[number] for number in (1, 2, 3, 4))
    quarters = [each for each in await organiser.fixtures(tournament_id) if each["stage"] == "knockout"][:4]
    seats = [players_of(each) for each in quarters]

    assert [one for one, _ in seats] == [a1, d1, b1, c1]
    assert ({seats[0][1], seats[1][1]}, {seats[2][1], seats[3][1]}) == ({b2, c2}, {a2, d2})


async def _check_events(organiser: Organiser, tournament_id: str, profile: str) -> None:
    """The events of a tournament, folded, are what GET answers; each is on the topics of its list and players as well."""
    folded: dict[str, Json] = {}
    since: int | None = 0
    seen = set()
    while since is not None:
        page = await organiser.get(f"/events?topic=tournament:{tournament_id}&since={since}&limit=100")
        for event in page["data"]:
            if event["entity_type"] == "fixture":
                folded[event["entity_id"]] = event["payload"]
                seen.add(event["event_type"])
        since = page["pagination"]["next_cursor"]
    now = {each["fixture_id"]: each for each in await organiser.fixtures(tournament_id)}
    assert {key: _nameless(each) for key, each in folded.items()} == {key: _nameless(each) for key, each in now.items()}
    assert seen == {"ADDED", "UPDATED", "STATUS_CHANGED", "ASSIGNED"}
    mine = (await organiser.get(f"/events?topic=player:{profile}&event_type=STATUS_CHANGED&limit=100"))["data"]
    assert {each["entity_type"] for each in mine} == {"fixture"}
    assert all(profile in {player["player_id"] for side in each["payload"]["sides"] for player in side["players"]} for each in mine)
    listed = (await organiser.get(f"/events?topic=list:{next(iter(now.values()))['list_id']}&limit=100"))["data"]
    assert {each["entity_type"] for each in listed} == {"fixture", "list"}


def _nameless(fixture: Json) -> Json:
    sides = [{**side, "name": None, "players": [{**player, "name": None} for player in side["players"]]} for side in fixture["sides"]]
    return {**fixture, "sides": sides}
