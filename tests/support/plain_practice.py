"""The second fold of the practice games and Gotcha, in the manner of `plain_games.py`."""

from typing import Any

from tests.support.plain_fold import hit
from tests.support.plain_games import GAMES, State, add_now, by_score, fat, leg, scores

__all__ = ["GAMES", "leg"]
FINISHING = {"121", "random_checkout", "catch_40"}


def finish_new(rules: dict[str, Any], state: State) -> None:
    """Begin with the first rest."""
    first = {"121": rules.get("start", 121), "catch_40": 61, "random_checkout": (rules.get("rests") or [0])[0]}[rules["game"]]
    state.update(score=dict.fromkeys(state["players"], 0), target=dict.fromkeys(state["players"], first), kind=rules["game"])
    state.update(rest=dict(state["target"]), tried=dict.fromkeys(state["players"], 0), rules=rules)
    if rules["game"] == "random_checkout":
        state["rounds"] = len(rules["rests"])


def finish_dart(state: State, player: str, label: str, rules: dict[str, Any]) -> str:
    """Take the dart from what is left."""
    dart = hit(label)
    state["now"] += dart.points
    left = state["rest"][player] - state["now"]
    if left > 1:
        return ""
    state["seen"] = ("done",) if left == 0 and dart.times == 2 else ("bust",)
    return "over"


def finish_close(state: State, player: str, used: int, verdict: str) -> None:
    """End the visit, and the attempt."""
    kind, rules, done = state["kind"], state["rules"], state["seen"] == ("done",)
    target = state["target"][player]
    state["tried"][player] += 1
    if not state["seen"]:
        state["rest"][player] -= state["now"]
    visits = {"121": rules.get("darts", 9) // 3, "catch_40": 2, "random_checkout": 1}[kind]
    if done and kind == "121":
        state["score"][player] = max(state["score"][player], target)
    elif done and kind == "catch_40":
        state["score"][player] += (5 - used) if state["tried"][player] == 1 else 1
    elif done:
        state["score"][player] += 1
    if not done and state["tried"][player] < visits:
        return
    state["tried"][player] = 0
    if kind == "121":
        worse = max(target - 1, 41) if rules.get("failure") == "one_less" else target
        after: int | None = min(target + 1, 170) if done else worse
    elif kind == "catch_40":
        after = None if target == 100 else target + 1
        if after is None:
            state["out"].add(player)
    else:
        played = state["closed"][player] + 1
        after = rules["rests"][played] if played < len(rules["rests"]) else None
    state["target"][player], state["rest"][player] = after, after or 0


def finish_row(state: State, player: str) -> dict[str, Any]:
    """Return the visit."""
    bust, done = state["seen"] == ("bust",), state["seen"] == ("done",)
    return {
        "points": 0 if bust else state["now"],
        "bust": bust,
        "success": done,
        "target": state["target"][player],
        "remaining": state["rest"][player],
        "score": state["score"][player],
    }


def world_new(rules: dict[str, Any], state: State) -> None:
    """Begin with 1."""
    state.update(score=dict.fromkeys(state["players"], 0), rounds=21)


def world_dart(state: State, player: str, label: str, rules: dict[str, Any]) -> str:
    """Count multipliers of the number of the round."""
    dart, numbers = hit(label), [*range(1, 21), 25]
    state["now"] += dart.times if dart.number == numbers[state["closed"][player]] else 0
    return ""


def points_row(state: State, player: str) -> dict[str, Any]:
    """Return the visit."""
    return {"points": state["now"], "score": state["score"][player]}


def gotcha_new(rules: dict[str, Any], state: State) -> None:
    """Begin with nothing."""
    state.update(score=dict.fromkeys(state["players"], 0), goal=rules.get("goal", 301), win_end="goal")


def gotcha_dart(state: State, player: str, label: str, rules: dict[str, Any]) -> str:
    """Add, up to the goal."""
    state["now"] += fat(rules, hit(label)).points
    total = state["score"][player] + state["now"]
    return "" if total < state["goal"] else "won" if total == state["goal"] else "over"


def gotcha_close(state: State, player: str, used: int, verdict: str) -> None:
    """Send back those whose score was reached."""
    if verdict == "over":
        state["now"] = 0
    state["score"][player] += state["now"]
    if not state["now"]:
        return
    state["seen"] = tuple(name for name in state["players"] if name != player and state["score"][name] == state["score"][player])
    for name in state["seen"]:
        state["score"][name] = 0


def gotcha_row(state: State, player: str) -> dict[str, Any]:
    """Return the visit."""
    return {
        "points": state["now"],
        "bust": state["verdict"] == "over",
        "won": state["verdict"] == "won",
        "caught": list(state["seen"]),
        "scores": dict(state["score"]),
    }


GAMES.update(dict.fromkeys(FINISHING, (finish_new, finish_dart, finish_close, finish_row, scores, by_score)))
GAMES["round_the_world"] = (world_new, world_dart, add_now, points_row, scores, by_score)
GAMES["gotcha"] = (gotcha_new, gotcha_dart, gotcha_close, gotcha_row, scores, by_score)
