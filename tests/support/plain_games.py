"""The second fold of all games but X01: a table of small functions over dictionaries, which are copied for each dart.

As `plain_fold.py` it is written from the rules and shares nothing with `dartd.game`.
"""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from tests.support.plain_fold import Hit, Visit, hit, over

State = dict[str, Any]
NUMBERS = [*range(1, 21), 25]


def fat(rules: dict[str, Any], dart: Hit) -> Hit:
    """Return a dart as a board with this bull counts it."""
    return Hit(25, 2) if rules.get("bull") == "50/50" and dart.number == 25 else dart


def others(state: State, player: str) -> list[str]:
    """Return the other players."""
    return [other for other in state["players"] if other != player]


# Each game: `new` adds to the state, `dart` returns what the dart does ("", "over", "won"), `close` ends a visit, `row` and `totals` print.


def cricket_new(rules: dict[str, Any], state: State) -> None:
    """Begin with no marks."""
    low = 10 if rules.get("tactics") else 15
    numbers = rules.get("numbers") or [*range(20, low - 1, -1), 25]
    state.update(numbers=numbers, mode=rules.get("mode", "standard"), effective=dict.fromkeys(state["players"], 0))
    state.update(marks={player: dict.fromkeys(numbers, 0) for player in state["players"]}, points=dict.fromkeys(state["players"], 0))
    state["darts"] = dict.fromkeys(state["players"], 0)


def cricket_dart(state: State, player: str, label: str, rules: dict[str, Any]) -> str:
    """Mark one at a time."""
    dart = fat(rules, hit(label))
    for _ in range(dart.times if dart.number in state["numbers"] else 0):
        if state["marks"][player][dart.number] < 3:
            state["marks"][player][dart.number] += 1
            state["now"] += 1
            continue
        opened = [other for other in others(state, player) if state["marks"][other][dart.number] < 3]
        if opened and state["mode"] != "no_score":
            state["now"] += 1
            for scorer in opened if state["mode"] == "cut_throat" else [player]:
                state["points"][scorer] += dart.number
    sign = -1 if state["mode"] == "cut_throat" else 1
    ahead = all(sign * state["points"][player] >= sign * state["points"][other] for other in others(state, player))
    return "won" if ahead and all(marks == 3 for marks in state["marks"][player].values()) else ""


def cricket_close(state: State, player: str, used: int, verdict: str) -> None:
    """Count darts and marks."""
    state["darts"][player] += used if verdict == "won" else 3
    state["effective"][player] += state["now"]


def cricket_row(state: State, player: str) -> dict[str, Any]:
    """Return the visit."""
    marks = {name: {str(number): count for number, count in own.items()} for name, own in state["marks"].items()}
    return {"marks_scored": state["now"], "points": dict(state["points"]), "marks": marks, "won": state["verdict"] == "won"}


def cricket_totals(state: State) -> dict[str, Any]:
    """Return the end."""
    rates = {player: over(3 * state["effective"][player], state["darts"][player]) for player in state["players"]}
    return {"points": state["points"], "marks_total": state["effective"], "mpr": rates}


def cricket_rank(state: State, player: str) -> tuple[int, int]:
    """Return what decides after the last round."""
    sign = {"cut_throat": -1, "no_score": 0}.get(state["mode"], 1)
    return sign * state["points"][player], sum(state["marks"][player].values())


def clock_new(rules: dict[str, Any], state: State) -> None:
    """Begin at the first target."""
    order = list(range(20, 0, -1)) if rules.get("order") == "20-1-bull" else list(range(1, 21))
    state["targets"] = rules.get("targets") or order + ([25] if rules.get("bull", True) else [])
    state.update(progress=dict.fromkeys(state["players"], 0), part=dict.fromkeys(state["players"], 0))
    state["darts"] = dict.fromkeys(state["players"], 0)


def clock_hits(mode: str, target: int, label: str) -> bool:
    """Return whether a dart hits."""
    dart = hit(label)
    if dart.number != target:
        return False
    if target == 25:
        return {"full": True, "single": True, "outer_single": dart.times == 1}.get(mode, dart.times == 2)
    if mode == "outer_single":
        return dart.times == 1 and not label.startswith("I")
    return mode == "full" or dart.times == {"single": 1, "double": 2, "triple": 3}[mode]


def clock_dart(state: State, player: str, label: str, rules: dict[str, Any]) -> str:
    """Go on to the next target."""
    targets, at = state["targets"], state["progress"][player]
    if not clock_hits(rules.get("mode", "full"), targets[at], label):
        return ""
    state["now"] += 1
    state["part"][player] += 1
    if state["part"][player] < rules.get("hits", 1):
        return ""
    state["part"][player] = 0
    if at + 1 == len(targets):
        state["progress"][player] = len(targets)
        return "won"
    steps = hit(label).times if rules.get("multiplier_advance") else 1
    while steps and state["progress"][player] + 1 < len(targets):
        state["progress"][player] += 1
        steps -= 1
    return ""


def clock_close(state: State, player: str, used: int, verdict: str) -> None:
    """Count the darts thrown."""
    state["darts"][player] += used


def clock_row(state: State, player: str) -> dict[str, Any]:
    """Return the visit."""
    at = state["progress"][player]
    return {"hits": state["now"], "target": state["targets"][at] if at < len(state["targets"]) else None, "progress": at}


def clock_totals(state: State) -> dict[str, Any]:
    """Return the end."""
    return {"progress": state["progress"], "darts": state["darts"]}


def scores(state: State) -> dict[str, Any]:
    """Return the end of a game of rounds."""
    return {"scores": state["score"]}


def by_score(state: State, player: str) -> Any:
    """Return the score."""
    return state["score"][player]


def bob_new(rules: dict[str, Any], state: State) -> None:
    """Begin with 27."""
    state["targets"] = NUMBERS if rules.get("bull", True) else NUMBERS[:20]
    state.update(score=dict.fromkeys(state["players"], 27), rounds=len(state["targets"]), keep=rules.get("allow_negative", False))


def bob_dart(state: State, player: str, label: str, rules: dict[str, Any]) -> str:
    """Count the double of the round."""
    state["now"] += hit(label) == Hit(state["targets"][state["closed"][player]], 2)
    return ""


def bob_close(state: State, player: str, used: int, verdict: str) -> None:
    """Add or take away."""
    value = 2 * state["targets"][state["closed"][player]]
    state["score"][player] += state["now"] * value or -value
    if state["score"][player] < 1 and not state["keep"]:
        state["out"].add(player)


def bob_row(state: State, player: str) -> dict[str, Any]:
    """Return the visit."""
    is_out = player in state["out"]
    return {"hits": state["now"], "score": state["score"][player], "round": state["closed"][player], "out": is_out}


def bob_rank(state: State, player: str) -> Any:
    """Return what decides: to have completed, then the round reached by those who are out, then the score."""
    is_in = player not in state["out"]
    return (is_in, 0 if is_in else state["closed"][player], state["score"][player])


def shanghai_new(rules: dict[str, Any], state: State) -> None:
    """Begin with the first number."""
    state["targets"] = list(range(rules.get("from", 1), rules.get("to", 7) + 1)) + ([25] if rules.get("bull_round") else [])
    state.update(score=dict.fromkeys(state["players"], 0), rounds=len(state["targets"]), win_end="shanghai")


def shanghai_dart(state: State, player: str, label: str, rules: dict[str, Any]) -> str:
    """Score the number of the round."""
    dart = fat(rules, hit(label))
    if dart.number != state["targets"][state["closed"][player]]:
        return ""
    state["now"] += dart.points
    state["seen"] = (*state["seen"], dart.times)
    return "won" if sorted(state["seen"]) == [1, 2, 3] and rules.get("instant_win", True) else ""


def add_now(state: State, player: str, used: int, verdict: str) -> None:
    """Add the points of the visit."""
    state["score"][player] += state["now"]


def shanghai_row(state: State, player: str) -> dict[str, Any]:
    """Return the visit."""
    return {"points": state["now"], "shanghai": sorted(state["seen"]) == [1, 2, 3], "score": state["score"][player]}


def count_new(rules: dict[str, Any], state: State) -> None:
    """Begin with nothing."""
    state.update(score=dict.fromkeys(state["players"], 0), rounds=None if rules["game"] == "free" else rules.get("rounds", 8))


def count_dart(state: State, player: str, label: str, rules: dict[str, Any]) -> str:
    """Add any bed."""
    state["now"] += fat(rules, hit(label)).points
    return ""


def count_row(state: State, player: str) -> dict[str, Any]:
    """Return the visit."""
    return {"points": state["now"], "score": state["score"][player]}


HALVE_TARGETS = {
    "bermuda": ["12", "13", "14", "D", "15", "16", "17", "T", "18", "19", "20", "25", "BULL"],
    "british": ["20", "19", "T", "18", "D", "17", "16", "15", "14", "BULL"],
    "split_score": ["15", "16", "D17", "D18", "T19", "T20", "BULL"],
}


def halve_new(rules: dict[str, Any], state: State) -> None:
    """Begin with the start score."""
    preset = rules.get("preset", "bermuda")
    state["targets"] = [str(target) for target in rules.get("targets") or HALVE_TARGETS[preset]]
    start = rules.get("start", 60 if preset == "split_score" and not rules.get("targets") else 0)
    state.update(score=dict.fromkeys(state["players"], start), rounds=len(state["targets"]), up=rules.get("rounding", "up") == "up")


def halve_dart(state: State, player: str, label: str, rules: dict[str, Any]) -> str:
    """Add a hit."""
    dart, target = fat(rules, hit(label)), state["targets"][state["closed"][player]]
    times = {"D": 2, "T": 3}.get(target)
    if target == "ANY":
        is_hit = dart.points > 0
    elif times:
        is_hit = dart.times == times
    elif target.isdigit():
        is_hit = dart.number == int(target)
    else:
        is_hit = dart == hit(target)
    if is_hit:
        state["now"] += dart.points
        state["seen"] = (*state["seen"], dart.times)
    return ""


def halve_close(state: State, player: str, used: int, verdict: str) -> None:
    """Add, or halve."""
    score = state["score"][player]
    if state["seen"]:
        state["score"][player] = score + state["now"]
    else:
        state["score"][player] = score - score // 2 if state["up"] else score // 2


def halve_row(state: State, player: str) -> dict[str, Any]:
    """Return the visit."""
    return {"points": state["now"], "halved": not state["seen"] and not state["void"], "score": state["score"][player]}


def killer_new(rules: dict[str, Any], state: State) -> None:
    """Begin with all lives."""
    players = state["players"]
    numbers = rules.get("numbers", "opening")
    state["numbers"] = dict(numbers) if isinstance(numbers, dict) else dict.fromkeys(players)
    state.update(lives=dict.fromkeys(players, rules.get("lives", 3)), killers=set(players if rules.get("all_killers") else ()))
    state.update(win_end="last_alive")


def killer_opening(state: State, player: str, dart: Hit, rules: dict[str, Any]) -> str:
    """Take a number that is free."""
    if dart.number in {0, 25} or dart.number in state["numbers"].values():
        return ""
    state["numbers"][player] = dart.number
    if dart.times == (3 if rules.get("ring") == "triple" else 2) and rules.get("opening_double_makes_killer", True):
        state["killers"].add(player)
    return "over"


def killer_loss(state: State, player: str, owner: str, cost: int, rules: dict[str, Any]) -> tuple[str | None, int]:
    """Return who loses lives by a hit, and how many."""
    if owner == player:
        is_suicide = player in state["killers"] and rules.get("self_hit", True)
        state["killers"].add(player)
        return (player, cost) if is_suicide else (None, 0)
    if player in state["killers"]:
        return owner, cost
    return (player, 1) if rules.get("penalty_not_killer") else (None, 0)


def killer_dart(state: State, player: str, label: str, rules: dict[str, Any]) -> str:
    """Take lives."""
    dart, ring = hit(label), rules.get("ring", "double")
    if state["numbers"][player] is None:
        return killer_opening(state, player, dart, rules)
    owner = next((name for name, number in state["numbers"].items() if number == dart.number and number), None)
    cost = dart.times if ring == "any" else int(dart.times == {"double": 2, "triple": 3}[ring])
    if not cost or owner is None or owner in state["out"]:
        return ""
    loser, cost = killer_loss(state, player, owner, cost, rules)
    if loser:
        state["lives"][loser] = max(0, state["lives"][loser] - cost)
        if state["lives"][loser] == 0:
            state["out"].add(loser)
    alive = [name for name in state["players"] if name not in state["out"]]
    if alive == [player]:
        return "won"
    return "over" if player in state["out"] else ""


def killer_close(state: State, player: str, used: int, verdict: str) -> None:
    """Do nothing: every dart counted at once."""


def killer_row(state: State, player: str) -> dict[str, Any]:
    """Return the visit."""
    killers = [name for name in state["players"] if name in state["killers"]]
    return {"lives": dict(state["lives"]), "killers": killers, "numbers": dict(state["numbers"])}


def killer_totals(state: State) -> dict[str, Any]:
    """Return the end."""
    return {"lives": state["lives"]}


Parts = tuple[Callable[..., Any], Callable[..., Any], Callable[..., Any], Callable[..., Any], Callable[..., Any], Callable[..., Any]]
GAMES: dict[str, Parts] = {
    "cricket": (cricket_new, cricket_dart, cricket_close, cricket_row, cricket_totals, cricket_rank),
    "around_the_clock": (clock_new, clock_dart, clock_close, clock_row, clock_totals, lambda state, player: state["progress"][player]),
    "bobs_27": (bob_new, bob_dart, bob_close, bob_row, scores, bob_rank),
    "shanghai": (shanghai_new, shanghai_dart, add_now, shanghai_row, scores, by_score),
    "count_up": (count_new, count_dart, add_now, count_row, scores, by_score),
    "free": (count_new, count_dart, add_now, count_row, scores, by_score),
    "halve_it": (halve_new, halve_dart, halve_close, halve_row, scores, by_score),
    "killer": (killer_new, killer_dart, killer_close, killer_row, killer_totals, lambda state, player: state["lives"][player]),
}


def leg(game: str, players: list[str], rules: dict[str, Any], visits: list[Visit]) -> dict[str, Any]:
    """Return what `python -m dartd.game` is to print for a leg of one of these games."""
    rules = {"game": game, **rules}
    new, dart, close, row, totals, rank = GAMES[game]
    state: State = {"players": players, "closed": dict.fromkeys(players, 0), "out": set(), "win_end": "completed", "rounds": None}
    state.update(result=None, win_end={"cricket": "closed"}.get(game, "completed"))
    new(rules, state)
    after = []
    for visit in visits:
        state = {**deepcopy(state), "now": 0, "seen": (), "verdict": ""}
        player, used = visit["player"], 0
        limit = min((count for count in (state["rounds"], rules.get("max_rounds")) if count), default=None)
        full = limit is not None and state["closed"][player] >= limit
        state["void"] = bool(state["result"]) or player in state["out"] or full
        if not state["void"]:
            for label in visit["darts"][:3]:
                used += 1
                state["verdict"] = dart(state, player, label, rules)
                if state["verdict"]:
                    break
            close(state, player, used, state["verdict"])
            state["closed"][player] += 1
            state["result"] = ending(game, state, player, rules, rank)
        after.append({"player": player, "used": used, "ignored": len(visit["darts"]) - used, **row(state, player)})
    winner, end = state["result"] or (None, None)
    draw = winner == "draw"
    finished = state["result"] is not None
    ended = {"finished": finished, "winner": None if draw else winner, "draw": draw, "end": end}
    return {"after": after, **ended, **totals(state)}


def ending(game: str, state: State, player: str, rules: dict[str, Any], rank: Callable[..., Any]) -> tuple[str | None, str] | None:
    """Return the winner (or `draw`, or nothing) and the end of a leg that is over."""
    players, alive = state["players"], [name for name in state["players"] if name not in state["out"]]
    if state["verdict"] == "won":
        return player, state["win_end"]
    if game == "killer" and len(alive) == 1:
        return alive[0], state["win_end"]
    limits = [count for count in (state["rounds"], rules.get("max_rounds")) if count]
    if alive and not (limits and min(state["closed"][name] for name in alive) >= min(limits)):
        return None
    end = "completed" if not alive or state["rounds"] == min(limits) else "max_rounds"
    if not alive and game == "bobs_27":
        end = "out"
        if len(players) == 1:
            return None, end
    top = max(rank(state, name) for name in players)
    leaders = [name for name in players if rank(state, name) == top]
    if len(leaders) > 1 and rules.get("bull_off_winner") in leaders:
        return rules["bull_off_winner"], end
    return (leaders[0] if len(leaders) == 1 else "draw"), end
