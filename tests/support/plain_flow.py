"""The second fold of legs and sets: for each set the shortest run of legs that decides it, found by looking at every prefix."""

from collections import Counter
from typing import Any

Winner = str | None


def needed(form: dict[str, Any], count: int) -> int:
    """Return how many of so many are needed to win."""
    return count // 2 + 1 if form.get("goal") == "best_of" else count


def legs_of(form: dict[str, Any]) -> int:
    """Return the legs of the format."""
    return form.get("legs") or (3 if form.get("sets") else 1)


def top(won: Counter[str], players: list[str]) -> Winner:
    """Return the player with the most."""
    ranked = sorted(players, key=lambda player: -won[player])
    if not won[ranked[0]] or (len(ranked) > 1 and won[ranked[0]] == won[ranked[1]]):
        return None
    return ranked[0]


def decides(form: dict[str, Any], players: list[str], winners: list[Winner], *, final: bool) -> bool:
    """Return whether these legs of one set are enough."""
    goal, legs, sets = form.get("goal", "first_to"), legs_of(form), form.get("sets")
    two_clear = form.get("two_clear") == "all" or (form.get("two_clear") == "final_set" and final)
    if goal == "fixed" or (legs == 1 and not sets and not form.get("two_clear")):
        return len(winners) >= legs
    won = Counter(winner for winner in winners if winner)
    best, second, *_ = [*sorted((won[player] for player in players), reverse=True), 0]
    if best >= needed(form, legs):
        sudden = form.get("sudden_death_at")
        return not two_clear or best - second >= 2 or (sudden is not None and best > sudden) or len(players) == 1
    return goal == "best_of" and not two_clear and len(winners) >= legs


def flow(form: dict[str, Any], players: list[str], first: str, winners: list[Winner]) -> dict[str, Any]:
    """Return what `python -m dartd.game` is to print for a flow (starters that alternate)."""
    rows: list[dict[str, Any]] = []
    sets: list[Winner] = []
    begin, number, over = players.index(first), 1, False
    rest = list(winners)
    while not over:
        won_sets = Counter(winner for winner in sets if winner)
        one_short = needed(form, form["sets"]) - 1 if form.get("sets") else 0
        final = not form.get("sets") or sum(won_sets[player] == one_short for player in players) >= min(2, len(players))
        length = next((size for size in range(1, len(rest) + 1) if decides(form, players, rest[:size], final=final)), None)
        now, rest = rest[:length], rest[length:] if length else []
        for leg, winner in enumerate(now, 1):
            won = Counter(each for each in now[:leg] if each)
            row: dict[str, Any] = {
                "set": number,
                "leg": leg,
                "starter": players[(begin + number - 1 + leg - 1) % len(players)],
                "winner": winner,
                "legs": {player: won[player] for player in players},
            }
            rows.append(row)
        if length is None:
            break
        decided = top(Counter(each for each in now if each), players)
        if not form.get("sets"):
            return ended(rows, rest, players, decided, Counter())
        sets.append(decided)
        won_sets = Counter(each for each in sets if each)
        rows[-1].update(set_winner=decided, sets={player: won_sets[player] for player in players})
        most, goal = max(won_sets.values(), default=0), form.get("goal", "first_to")
        over = (goal != "fixed" and most >= needed(form, form["sets"])) or (goal != "first_to" and len(sets) >= form["sets"])
        if over:
            return ended(rows, rest, players, top(won_sets, players), won_sets)
        number += 1
    legs_now = len(now)
    won_sets = Counter(winner for winner in sets if winner)
    return {
        "flow": rows,
        "finished": False,
        "winner": None,
        "draw": False,
        "sets": {player: won_sets[player] for player in players},
        "next_starter": players[(begin + number - 1 + legs_now) % len(players)],
    }


def ended(rows: list[dict[str, Any]], rest: list[Winner], players: list[str], winner: Winner, sets: Counter[str]) -> dict[str, Any]:
    """Return a flow that is over, with the legs after its end."""
    ignored: list[dict[str, Any]] = [{"ignored": True} for _ in rest]
    return {
        "flow": rows + ignored,
        "finished": True,
        "winner": winner,
        "draw": winner is None,
        "sets": {player: sets[player] for player in players},
        "next_starter": None,
    }
