"""Measure the folds of dartd/game: `python -m tests.bench.games [--legs 2000]`; CPU time of one process, the best of three runs."""

import argparse
import gc
import random
import time
from collections.abc import Callable
from typing import Any, Final

import msgspec

from dartd.game.beds import VALUES, bed_code, read_bed
from dartd.game.bot import LEVELS_MM, bed_to_aim_at, landing_point, spread_of_level
from dartd.game.cases.answer import answer
from dartd.game.catalog import new_game, read_options
from dartd.game.changes import changes
from dartd.game.checkouts import routes
from dartd.game.corrections import Correction, correct
from dartd.game.flow import Format
from dartd.game.leg import Leg
from dartd.game.match import Match
from dartd.game.record import Dart, MatchRecord, MatchSetup
from dartd.game.scoring import end_visit, take_step, throw
from dartd.game.statistics import add_up, count_leg, written
from dartd.game.view import sides_of, turn_of
from schemas.board import BoardSpec, bed_at

RUNS = 3
BEDS: Final[dict[str, list[str]]] = {
    "cricket": ["T20", "T19", "T18", "T17", "T16", "T15", "BULL", "25", "20", "19", "MISS"],
    "around_the_clock": [*map(str, range(1, 21)), "25"],
    "bobs_27": [f"D{number}" for number in range(1, 21)],
    "shanghai": [*map(str, range(1, 8)), "MISS"],
    "halve_it": ["12", "13", "14", "D5", "15", "16", "17", "T3", "18", "19", "20", "25", "BULL"],
    "killer": ["D1", "D2", "1", "2"],
}


def aimed(chance: random.Random, rest: int) -> str:
    """Return a dart of a league player at this rest."""
    if rest <= 40 and rest % 2 == 0:
        return chance.choices([f"D{rest // 2}", str(rest // 2), "MISS"], [35, 30, 35])[0]
    return chance.choices(["T20", "20", "1", "5"], [30, 45, 13, 12])[0] if rest > 60 else str(min(20, max(1, rest - 32)))


def x01_case(chance: random.Random) -> dict[str, Any]:
    """Return a leg of 501 of two players."""
    rests: dict[str, int] = {"A": 501, "B": 501}
    visits: list[dict[str, Any]] = []
    while min(rests.values()):
        player = "AB"[len(visits) % 2]
        darts: list[str] = []
        left = rests[player]
        while len(darts) < 3 and left > 1:
            darts.append(aimed(chance, left))
            left -= VALUES[read_bed(darts[-1])]
        visits.append({"player": player, "darts": darts})
        rests[player] = left if left > 1 or (left == 0 and darts[-1][0] == "D") else rests[player]
    return {"id": 1, "game": "x01", "rules": {"start": 501}, "players": ["A", "B"], "visits": visits}


def other_case(chance: random.Random, game: str) -> dict[str, Any]:
    """Return thirty visits of two players in another game."""
    rules = {"numbers": {"A": 1, "B": 2}} if game == "killer" else {}
    visits = [{"player": "AB"[number % 2], "darts": chance.choices(BEDS[game], k=3)} for number in range(30)]
    return {"id": 1, "game": game, "rules": rules, "players": ["A", "B"], "visits": visits}


def cpu_s(work: Callable[[], object]) -> float:
    """Return the CPU time of the fastest of three runs."""
    times = []
    for _ in range(RUNS):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return min(times)


def cases_table(legs: int) -> None:
    """Print how many cases a second each game folds."""
    chance = random.Random(17)
    encode = msgspec.json.Encoder().encode
    for game in ("x01", *BEDS):
        lines = [encode(x01_case(chance) if game == "x01" else other_case(chance, game)) for _ in range(legs)]
        taken = cpu_s(lambda lines=lines: [encode(answer(line)) for line in lines])  # type: ignore[misc]  # bound now
        print(f"{game:20} {legs / taken:8.0f} legs/s")


def match_table() -> None:
    """Print what a match of 25 legs takes for a dart, and for a correction in its oldest leg."""
    setup = MatchSetup(options=read_options({"game": "x01"}), format=Format(legs=99), sides=(1, 1), sign_by_next_leg=False)
    match, chance = take_step(Match(setup, MatchRecord()), "start"), random.Random(3)
    while match.counted < 25 or match.folded[-1].finished:
        turn = turn_of(match)
        rest = sides_of(match)[turn.side].score.remaining if turn else 0  # type: ignore[attr-defined]  # X01
        match = throw(match, Dart(bed=read_bed(aimed(chance, rest))))
        place = match.open_visit
        is_over = place is not None and match.folded[place[0]].running is not match.outcome(*place)
        match = end_visit(match) if is_over else match
    order = Correction(operation="change", leg=0, visit=1, dart=1, bed=read_bed("5"))

    def dart() -> None:
        after = throw(match, Dart(bed=read_bed("5")))
        changes(match, after), sides_of(after)

    def correction() -> None:
        after = correct(match, order)
        changes(match, after, "revision"), sides_of(after)

    print(f"\na dart in leg 25            {1000 * cpu_s(dart):7.2f} ms")
    print(f"a correction in leg 1 of 25 {1000 * cpu_s(correction):7.2f} ms")
    print(f"a match read from storage   {1000 * cpu_s(lambda: Match(match.setup, match.record)):7.2f} ms")
    print(f"hints of 170 rests          {1000 * cpu_s(lambda: [routes(rest, 3) for rest in range(1, 171)]):7.2f} ms")


def bots_table() -> None:
    """Print the averages of bots, over 200 legs of 501 each, darts until the checkout or 60 visits."""
    options, chance = read_options({"game": "x01"}), random.Random(5)
    for level in LEVELS_MM:
        spread = spread_of_level(level)
        legs = []
        for _ in range(200):
            leg = Leg(new_game(options, 1), options)
            while not leg.finished and len(leg.outcomes) < 60:
                beds: list[int] = []
                shadow = leg.game
                shadow.begin(0)
                while len(beds) < 3:
                    aim = bed_to_aim_at(shadow, 3 - len(beds))
                    x, y = landing_point(aim, spread, (chance.gauss(0, 1), chance.gauss(0, 1)))
                    beds.append(bed_code(bed_at(x, y, BoardSpec())))
                    if shadow.dart(beds[-1]):
                        break
                leg.play(0, 0, beds)
            legs.append(count_leg(leg, [(0, 0)], starts=(501,))[0, 0])
        figures = written(add_up(legs))
        print(f"level {level}: average {figures['average']:>6}, checkouts {figures['checkout_pct']} %")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bots", action="store_true", help="print the averages of bots instead")
    parser.add_argument("--legs", type=int, default=2000)
    arguments = parser.parse_args()
    if arguments.bots:
        bots_table()
        return
    gc.freeze()
    gc.set_threshold(100_000)  # as `python -m dartd.game`
    cases_table(arguments.legs)
    match_table()


if __name__ == "__main__":
    main()
