"""A second fold of the games, written from the rules in another style: labels, fractions, and a new state for each dart.

It exists to disagree with `dartd.game`. It is slow and shares nothing with it, not even the parsing of beds.
"""

from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from typing import Any

Visit = dict[str, Any]  # {"player": "A", "darts": ["T20", "5"]}


@dataclass(frozen=True)
class Hit:
    """A bed as number and multiplier; a miss is 0 × 0."""

    number: int
    times: int

    @property
    def points(self) -> int:
        """Return what it scores with a 25/50 bull."""
        return self.number * self.times


def hit(label: str) -> Hit:
    """Read `T20 D16 S5 5 25 BULL MISS`."""
    if label in {"MISS", "0"}:
        return Hit(0, 0)
    if label == "BULL":
        return Hit(25, 2)
    if label == "25":
        return Hit(25, 1)
    letter, number = (label[0], label[1:]) if label[0] in "SDTI" else ("S", label)
    return Hit(int(number), {"S": 1, "I": 1, "D": 2, "T": 3}[letter])


def decimal(value: Fraction | None) -> str | None:
    """Write a fraction with two places, half up."""
    if value is None:
        return None
    return str((Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal("0.01"), ROUND_HALF_UP))


def over(numerator: int, denominator: int) -> str | None:
    """Write a quotient with two places, nothing when the denominator is zero."""
    return decimal(Fraction(numerator, denominator)) if denominator else None


@dataclass(frozen=True)
class X01Side:
    """A side in a leg of X01, with the visits that it has closed."""

    rest: int
    is_in: bool
    visits: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class X01Rules:
    """The rules of X01 as functions of one dart."""

    start: int = 501
    into: str = "straight"
    out: str = "double"
    bull: str = "25/50"

    def points(self, dart: Hit) -> int:
        """Return what a dart scores."""
        return 50 if self.bull == "50/50" and dart.number == 25 else dart.points

    def allows(self, condition: str, dart: Hit) -> bool:
        """Return whether a dart opens or closes under a condition."""
        is_double = dart.times == 2 or (self.bull == "50/50" and dart.number == 25)
        return {"straight": dart.times > 0, "double": is_double, "master": is_double or dart.times == 3}[condition]

    def one_dart_finish(self, rest: int) -> bool:
        """Return whether one bed takes the rest in the way that the rules ask for."""
        beds = [Hit(number, times) for number in range(1, 21) for times in (1, 2, 3)] + [Hit(25, 1), Hit(25, 2)]
        return any(self.points(bed) == rest and self.allows(self.out, bed) for bed in beds)


@dataclass(frozen=True)
class Course:
    """The darts of one visit, one after another."""

    rest: int
    is_in: bool
    state: str = "open"  # open, bust, won
    used: int = 0
    at_finish: tuple[tuple[int, Hit, bool], ...] = field(default=())  # rest before the dart, the dart, whether the side was in


def step(rules: X01Rules, course: Course, dart: Hit) -> Course:
    """Return the visit after one more dart."""
    if course.state != "open" or course.used == 3:
        return course
    seen = (*course.at_finish, (course.rest, dart, course.is_in))
    course = replace(course, used=course.used + 1, at_finish=seen)
    if not course.is_in and not rules.allows(rules.into, dart):
        return course
    left = course.rest - rules.points(dart)
    course = replace(course, rest=left, is_in=True)
    if left == 0:
        return replace(course, state="won" if rules.allows(rules.out, dart) else "bust")
    if left < 0 or (left == 1 and rules.out != "straight"):
        return replace(course, state="bust")
    return course


def attempts(rules: X01Rules, course: Course) -> int:
    """Return the checkout attempts of a visit."""
    count = 0
    for position, (rest, dart, was_in) in enumerate(course.at_finish, 1):
        is_last = position == len(course.at_finish)
        if course.state == "won" and is_last:
            count += 1
        elif was_in and rules.one_dart_finish(rest):
            prepares = rest == 50 and rules.out != "straight" and not is_last and rules.points(dart) != 50
            count += not prepares
    return count


def x01_leg(players: list[str], rules: dict[str, Any], visits: list[Visit]) -> dict[str, Any]:
    """Return what `python -m dartd.game` is to print for a leg of X01."""
    own = X01Rules(rules.get("start", 501), rules.get("in", "straight"), rules.get("out", "double"), rules.get("bull", "25/50"))
    starts = {player: rules.get("start_scores", {}).get(player, own.start) for player in players}
    sides = {player: X01Side(starts[player], own.into == "straight") for player in players}
    after: list[dict[str, Any]] = []
    winner, end, draw = None, None, False
    thrown = dict.fromkeys(players, 0)
    for visit in visits:
        player, darts = visit["player"], [hit(label) for label in visit["darts"]]
        side = sides[player]
        thrown[player] += len(darts)
        course = Course(side.rest, side.is_in)
        is_void = end is not None or len(side.visits) >= rules.get("max_rounds", 1000)
        for dart in [] if is_void else darts:
            course = step(own, course, dart)
        bust, won = course.state == "bust", course.state == "won"
        row = {
            "player": player,
            "used": course.used,
            "ignored": len(darts) - course.used,
            "points": 0 if bust else side.rest - course.rest,
            "remaining": side.rest if bust else course.rest,
            "bust": bust,
            "won": won,
            "opened": side.is_in if bust else course.is_in,
            "attempts": attempts(own, course),
        }
        after.append(row)
        if is_void:
            continue
        sides[player] = X01Side(row["remaining"], row["opened"], (*side.visits, {**row, "before": side.rest}))
        if won:
            winner, end = player, "checkout"
        elif all(len(each.visits) >= rules.get("max_rounds", 1000) for each in sides.values()):
            winner, end = after_rounds(rules, {name: each.rest for name, each in sides.items()}), "max_rounds"
            draw = winner is None
    stats = {
        player: figures([(starts[player], sides[player].visits)], thrown[player], {player: won_by(winner, player)}[player])
        for player in players
    }
    return {
        "after": after,
        "finished": end is not None,
        "winner": winner,
        "draw": draw,
        "end": end,
        "remaining": {player: sides[player].rest for player in players},
        "stats": stats,
    }


def after_rounds(rules: dict[str, Any], rests: dict[str, int]) -> str | None:
    """Return who wins when the rounds are over, nothing for a draw."""
    how = rules.get("max_rounds_end", "lowest")
    level = [name for name, rest in rests.items() if how == "bull_off" or rest == min(rests.values())]
    if how == "draw":
        return None
    return level[0] if len(level) == 1 else next((name for name in level if name == rules.get("bull_off_winner")), None)


def won_by(winner: str | None, player: str) -> int:
    """Return 1 for the winner of the leg."""
    return int(winner == player)


def figures(legs: list[tuple[int, tuple[dict[str, Any], ...]]], thrown: int, legs_won: int) -> dict[str, Any]:
    """Return the figures of one player over legs, each a start score and the closed visits of the player."""
    visits = [visit for _, leg in legs for visit in leg]
    first = [visit for _, leg in legs for visit in leg[:3]]
    totals = [visit["points"] for visit in visits]

    def darts(some: list[dict[str, Any]]) -> int:
        return sum(visit["used"] if visit["won"] else 3 for visit in some)

    won_legs = [leg for _, leg in legs if leg and leg[-1]["won"]]
    tries, checkouts = sum(visit["attempts"] for visit in visits), len(won_legs)
    mean = Fraction(sum(totals), len(totals)) if totals else None
    variance = None
    if mean is not None and len(totals) > 1:
        variance = sum(((value - mean) ** 2 for value in totals), Fraction(0)) / (len(totals) - 1)
    return {
        "points": sum(totals),
        "darts": darts(visits),
        "thrown": thrown,
        "first9_points": sum(visit["points"] for visit in first),
        "first9_darts": darts(first),
        "checkout_attempts": tries,
        "checkouts": checkouts,
        "legs": len(legs),
        "legs_won": legs_won,
        "highest_checkout": max((leg[-1]["before"] for leg in won_legs), default=None),
        "best_leg": min((darts(list(leg)) for leg in won_legs), default=None),
        "highest_visit": max(totals, default=None),
        "n60": sum(60 <= value < 100 for value in totals),
        "n100": sum(100 <= value < 140 for value in totals),
        "n140": sum(140 <= value < 180 for value in totals),
        "n180": sum(value == 180 for value in totals),
        "busts": sum(visit["bust"] for visit in visits),
        "visits": len(visits),
        "average": over(3 * sum(totals), darts(visits)),
        "first9": over(3 * sum(visit["points"] for visit in first), darts(first)),
        "checkout_pct": over(100 * checkouts, tries),
        "visit_mean": decimal(mean),
        "visit_sd": None if variance is None else square_root(variance),
        "visit_mean_over_sd": square_root(mean * mean / variance) if mean is not None and variance else None,
    }


def square_root(value: Fraction) -> str:
    """Write the square root of a fraction with two places, half up, from forty digits."""
    with localcontext() as context:
        context.prec = 40
        root = (Decimal(value.numerator) / Decimal(value.denominator)).sqrt()
        return str(root.quantize(Decimal("0.01"), ROUND_HALF_UP))


def corrected(visits: list[Visit], corrections: list[dict[str, Any]]) -> list[Visit]:
    """Return visits after corrections."""
    result = [{"player": visit["player"], "darts": list(visit["darts"])} for visit in visits]
    for correction in corrections:
        darts, position = result[correction["visit"] - 1]["darts"], correction["dart"] - 1
        if correction["op"] == "insert":
            darts[position:position] = [correction["to"]]
        else:
            darts[position : position + 1] = [] if correction["op"] == "delete" else [correction["to"]]
    return result
