"""A knockout that is played to its winner while the daemon is killed: in a match, with the last dart on its way, and right behind it."""

import contextlib
import http.client
import json
import random
import signal
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.support.daemon import RunningDaemon, free_port, write_config
from tests.support.simulation import journal

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

TOKEN: Final = "a-token-for-the-operator"  # noqa: S105 - a test's
PLAYERS: Final = ("Ada", "Bob", "Cy", "Dee")
WON: Final = (
    {"points": 61},
    {"points": 20, "darts_at_double": 0},
    {"points": 40, "darts_used": 1, "darts_at_double": 1},
)  # 101, double out
ON_ITS_WAY_S: Final = 0.06  # at most, between a request and the kill: a commit takes some milliseconds

Json = dict[str, Any]


class Club:
    """A daemon that is killed, and somebody who runs a tournament on it and goes on where it stands after each start."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port, self.random = folder, free_port(), random.Random(22)
        self.config = write_config(folder, self.port, cameras=1)
        self.daemon = self._start()
        self.kills = 0

    def _start(self) -> RunningDaemon:
        daemon = RunningDaemon(self.config, self.port, environ={"DARTD_AUTH_TOKEN": TOKEN}).__enter__()
        daemon.until_ready()
        return daemon

    def end(self) -> None:
        """End the daemon."""
        self.daemon.__exit__()

    def send(self, method: str, path: str, body: Any = None) -> Any:
        """Send a request of the operator and return its answer."""
        given = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/api/v1{path}", data=given, method=method)
        request.add_header("Authorization", f"Bearer {TOKEN}")
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310 - the scheme stands above
            return json.loads(answer.read())

    def kill(self) -> None:
        """Kill the daemon as a power failure would, and start it again."""
        self.daemon.end(signal.SIGKILL)
        self.kills += 1
        self.daemon = self._start()

    def kill_meanwhile(self, method: str, path: str, body: Any) -> None:
        """Kill the daemon while a request is on its way: it was carried out, or it was not."""

        def send() -> None:
            with contextlib.suppress(OSError, http.client.HTTPException, urllib.error.URLError):
                self.send(method, path, body)

        sender = threading.Thread(target=send)
        sender.start()
        time.sleep(self.random.random() * ON_ITS_WAY_S)
        self.kill()
        sender.join()

    def fixtures(self) -> list[Json]:
        """Return the fixtures in their order."""
        found: list[Json] = self.send("GET", "/fixtures?tournament_id=cup&limit=100")["data"]
        return found


def _begun(club: Club, fixture: Json) -> Json:
    """Begin a fixture, whatever of it was done before a kill."""
    path = f"/fixtures/{fixture['fixture_id']}"
    if fixture["status"] == "scheduled":
        club.send("PUT", f"{path}/status", {"status": "called"})
    if fixture["status"] != "playing":
        club.kill_meanwhile("PUT", f"{path}/status", {"status": "playing"})
    fixture = club.send("GET", path)
    begun: Json = fixture if fixture["status"] == "playing" else club.send("PUT", f"{path}/status", {"status": "playing"})
    return begun


def _check(club: Club) -> None:
    """Compare what the daemon says with a fold of its journal that shares nothing with the product."""
    events = journal(club.folder)
    known: dict[tuple[str, str], Json] = {}
    for event in events:
        key = (event.get("entity_type", ""), event.get("entity_id", ""))
        if key[0] in {"tournament", "list", "fixture"}:
            assert (event["event_type"] == "ADDED") == (key not in known), event  # added once, and changed after that alone
            known[key] = event["payload"]
    shown = {each["fixture_id"]: each for each in club.fixtures()}
    matches = [
        event["command"]["match_id"] for event in events if event["event_type"] == "match_command" and "fixture_id" in event["command"]
    ]
    tournament = club.send("GET", "/tournaments/cup")
    folded = known["tournament", "cup"]

    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert {key[1]: _without_empty(each) for key, each in known.items() if key[0] == "fixture"} == {
        name: _without_empty(each) for name, each in shown.items()
    }
    assert {name: tournament[name] for name in ("name", "status", "entrants")} == {
        name: folded[name] for name in ("name", "status", "entrants")
    }
    assert sorted(each["match_id"] for each in shown.values() if each["match_id"]) == sorted(set(matches))
    assert len(matches) == len(set(matches))


def _without_empty(value: Any) -> Any:
    """Return a value without what is null or false: an event leaves out nothing, an answer may add what is computed."""
    if isinstance(value, dict):
        return {name: _without_empty(each) for name, each in value.items() if each not in (None, False, [], ())}
    return [_without_empty(each) for each in value] if isinstance(value, list) else value


@contextlib.contextmanager
def _club(folder: Path) -> Iterator[Club]:
    club = Club(folder)
    try:
        yield club
    finally:
        club.end()


def test_no_fixture_is_lost_or_doubled(tmp_path: Path) -> None:
    """The state after each kill is that of the journal, each fixture is played by one match, and the bracket is that of its results."""
    with _club(tmp_path) as club:
        entrants = [{"name": name, "seed": seed} for seed, name in enumerate(PLAYERS, 1)]
        rules = {"game": "x01", "start": 101, "out": "double"}
        club.send(
            "POST", "/tournaments", {"tournament_id": "cup", "name": "Cup", "format": "knockout", "rules": rules, "entrants": entrants}
        )
        club.kill_meanwhile("POST", "/tournaments/cup/draw", {})
        if not club.fixtures():
            club.send("POST", "/tournaments/cup/draw", {})
        _check(club)
        while playable := [
            each for each in club.fixtures() if each["status"] != "finished" and all(side["players"] for side in each["sides"])
        ]:
            begun = _begun(club, playable[0])
            _check(club)
            path = f"/matches/{begun['match_id']}"
            for visit in WON[:-1]:
                club.send("POST", f"{path}/throws", visit)
            club.kill()  # in a match
            _check(club)
            club.kill_meanwhile("POST", f"{path}/throws", WON[-1])  # the last dart, which makes the next round
            _check(club)
            if club.send("GET", path)["status"] != "finished":
                club.send("POST", f"{path}/throws", WON[-1])
            club.kill()  # right behind it
            _check(club)
        fixtures, cup = club.fixtures(), club.send("GET", "/tournaments/cup")

    final = max(fixtures, key=lambda each: int(each["round"]))
    before = [each for each in fixtures if each is not final]
    winners = [each["sides"][each["result"]["winner"]]["players"][0]["name"] for each in before]

    assert (len(fixtures), cup["status"], club.kills) == (3, "finished", 13)
    assert [each["status"] for each in fixtures] == ["finished"] * 3
    assert sorted(side["players"][0]["name"] for side in final["sides"]) == sorted(winners)
