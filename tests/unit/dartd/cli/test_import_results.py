"""`dartd import` on real stores."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from dartd.cli import main
from dartd.game.summary import summary
from dartd.store.journal import Journal
from dartd.store.projections.matches import get_match, state_in
from dartd.store.projections.player_legs import LegSelection, select_legs
from dartd.store.tables import matches, player_legs, players
from schemas.base import BoardId

LEG = [{"player": "Ann", "darts": ["T20", "1", "20"]}, {"player": "Bob", "points": 66}, {"player": "Ann", "darts": ["D10"]}]
LEGS = [{"rules": {"start": 101}, "visits": LEG}]
MATCH = {"kind": "match", "id": 7, "at": "2020-02-03", "players": ["Ann", "Bob"], "legs": LEGS}
SHEET = """\
Match;Date;Leg;Player;Score;Darts
a;2021-05-06;1;Ann;180;3
a;2021-05-06;1;Bob;60;3
a;2021-05-06;1;Ann;180;3
a;2021-05-06;1;Bob;60;3
a;2021-05-06;1;Ann;141;3

b;;1;Bob;0;3
"""


class Place:
    """A folder with a configuration, a store and files to import."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "dartd.toml").write_text(f'state_dir = "{folder}"\n')

    def run(self, text: str | list[dict[str, Any]], *options: str) -> Result:
        """Import a file."""
        content = text if isinstance(text, str) else "".join(json.dumps(each) + "\n" for each in text)
        file = self.folder / "results"
        file.write_text(content)
        return CliRunner().invoke(main, ["import", str(file), "--config", str(self.folder / "dartd.toml"), *options])

    def read(self, query: Any) -> Any:
        """Read the store."""

        async def read() -> Any:
            journal = await asyncio.to_thread(Journal.open, self.folder / "dartd.db", BoardId("main"))
            try:
                live = await journal.database.read(query)
                await journal.database.write(journal.registry.rebuild)
                assert await journal.database.read(query) == live
                return live
            finally:
                await asyncio.to_thread(journal.close)

        return asyncio.run(read())

    def statistics(self, name: str) -> dict[str, Any]:
        """Return the statistics of a player."""

        def read(connection: sa.Connection) -> dict[str, Any]:
            player_id = connection.execute(sa.select(players.c.player_id).where(players.c.name == name)).scalar_one()
            return summary(select_legs(connection, LegSelection(player_id)))

        found: dict[str, Any] = self.read(read)
        return found

    def count(self, table: sa.Table) -> int:
        """Return how many rows a table has."""
        found: int = self.read(lambda connection: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())
        return found


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Return an empty folder."""
    return Place(tmp_path)


def test_matches_count_in_statistics(place: Place) -> None:
    """As if they had been played here, when they were played; with a progress bar and a summary."""
    done = place.run([MATCH], "--add-players")
    ann = place.statistics("Ann")

    def read(connection: sa.Connection) -> Any:
        match_id, at_s = connection.execute(sa.select(player_legs.c.match_id, player_legs.c.at_s)).first() or ("", 0)
        return state_in(get_match(connection, match_id)), at_s

    state, at_s = place.read(read)

    assert (done.exit_code, "storing 1 matches" in done.output) == (0, True), done.output
    assert "1 matches were imported" in done.output
    assert (ann["average"], ann["matches_won"], ann["best_leg"]) == ("75.75", 1, 4)
    assert (state.status, state.winner, state.legs[0].end) == ("finished", 0, "checkout")
    assert 1_580_600_000 < at_s < 1_580_800_000


def test_the_same_file_again_changes_nothing(place: Place) -> None:
    """A result that stands twice in a file was played twice."""
    place.run([MATCH, MATCH], "--add-players")
    again = place.run([MATCH, MATCH, {**MATCH, "id": 8}], "--add-players")

    assert "1 matches were imported, 2 were there already" in again.output
    assert (place.count(matches), place.count(players)) == (3, 2)


def test_score_sheets(place: Place) -> None:
    """With any of the usual separators and titles; a leg that was not finished is no leg of statistics."""
    done = place.run(SHEET, "--add-players")
    tabs = place.run("player\tdart1\tdart2\tdart3\tstart\nCleo\tT20\tD20\t\t100\n", "--add-players")

    assert (done.exit_code, tabs.exit_code) == (0, 0), done.output + tabs.output
    assert (place.statistics("Ann")["average"], place.statistics("Ann")["n180"]) == ("167.00", 2)
    assert place.statistics("Bob")["legs"] == 1
    assert place.statistics("Cleo")["highest_checkout"] == 100


def test_players_without_a_profile_are_guests(place: Place) -> None:
    """They are named."""
    done = place.run([MATCH])

    assert "without a profile, so without statistics: Ann, Bob" in done.output
    assert (place.count(matches), place.count(player_legs)) == (1, 0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (json.dumps(MATCH) + "\n\n{nonsense\n", "results:3: "),
        (json.dumps({"kind": "stats", "players": ["A"]}), "results:1: $.kind: 'stats' is no result"),
        (json.dumps({**MATCH, "legs": [{"visits": [{"player": "Ann", "darts": ["T21"]}]}]}), "results:1: leg 1: visit 1: "),
        (json.dumps({**MATCH, "legs": [{"visits": [{"player": "Eve", "darts": []}]}]}), "leg 1: 'Eve' is none of the players"),
        (json.dumps({**MATCH, "at": "yesterday"}), "results:1: at: 'yesterday' is no time"),
        (json.dumps({**MATCH, "legs": LEGS * 2, "format": {"legs": 1}}), "leg 2: the match was over before it"),
        (json.dumps({**MATCH, "legs": []}), "there is no leg"),
        (json.dumps(MATCH) + "\n" + '{"kind": ' + "[" * 100_000, "results:2: maximum recursion depth"),
        ('player,points\n"' + "x" * 200_000, "results:2: the row cannot be read"),
        ("who,points\nAnn,60\n", "results:1: there is no column `player`"),
        ("player,leg\nAnn,1\n", "results:1: there is neither a column `points`"),
        ("player,points\nAnn,60\n,60\n", "results:3: the player is missing"),
        ("player,points\nAnn,many\n", "results:2: points: 'many' is no number"),
        ("player,points\nAnn,-\n", "results:2: the points are missing"),
        ("player,points\nAnn,179\n", "results:2: leg 1: "),
    ],
)
def test_errors_have_their_line(place: Place, text: str, message: str) -> None:
    """And nothing is imported."""
    done = place.run(text, "--add-players")

    assert (done.exit_code, message in done.output, "nothing was imported" in done.output) == (1, True, True), done.output
    assert (place.count(matches), place.count(players)) == (0, 0)


def test_a_dry_run_stores_nothing(place: Place) -> None:
    """It says what would be imported."""
    done = place.run([MATCH], "--dry-run")

    assert (done.exit_code, "1 matches can be imported" in done.output, place.count(matches)) == (0, True, 0)
