"""What questions are made of, whatever their language: concepts, intents, and which concepts make an intent."""

from typing import Final, Literal, NamedTuple

Intent = Literal[
    "accuracy",
    "alerts",
    "average",
    "best_leg",
    "checkout_rate",
    "doubles",
    "first_nine",
    "form",
    "head_to_head",
    "high_scores",
    "highest_checkout",
    "highest_visit",
    "leader",
    "played",
    "reasons",
    "usual",
    "wins",
]
Concept = Literal[
    "accuracy",
    "against",
    "alert",
    "average",
    "better",
    "bust",
    "camera",
    "checkout",
    "count",
    "dart",
    "double",
    "fewest",
    "first9",
    "form",
    "leg",
    "lose",
    "match",
    "me",
    "most",
    "n100",
    "n140",
    "n180",
    "percent",
    "played",
    "than",
    "time",
    "top",
    "usual",
    "visit",
    "who",
    "why",
    "win",
    "worse",
    "works",
]


class IntentRule(NamedTuple):
    """An intent, and what a question must have for it: one of each set. `people`: at least so many players, also the caller."""

    intent: Intent
    needs: tuple[frozenset[Concept], ...]
    without: frozenset[Concept] = frozenset()
    people: int = 0
    most_people: int = 99


def _any(*concepts: Concept) -> frozenset[Concept]:
    return frozenset(concepts)


# The first rule that fits decides, so that the more particular one stands first.
RULES: Final = (
    IntentRule("reasons", (_any("why"),), _any("camera")),
    IntentRule("accuracy", (_any("camera"), _any("dart"), _any("worse", "better", "top"))),
    IntentRule("alerts", (_any("camera"), _any("alert", "worse", "works", "why")), _any("accuracy")),
    IntentRule("accuracy", (_any("camera"), _any("better", "top"))),
    IntentRule("head_to_head", (_any("against", "win", "lose", "better", "usual", "than", "worse", "top"),), people=2),
    IntentRule("head_to_head", (_any("against"),), people=1),
    IntentRule("leader", (_any("who"),), most_people=0),
    IntentRule("accuracy", (_any("accuracy"),), _any("double", "checkout")),
    IntentRule("usual", (_any("usual"),)),
    IntentRule("checkout_rate", (_any("checkout", "double"), _any("percent")), _any("worse", "top")),
    IntentRule("checkout_rate", (_any("checkout"), _any("percent"))),
    IntentRule("checkout_rate", (_any("double"), _any("count")), _any("worse", "top")),
    IntentRule("highest_checkout", (_any("checkout"), _any("top", "most"))),
    IntentRule("doubles", (_any("double"),)),
    IntentRule("played", (_any("checkout"), _any("count"))),
    IntentRule("best_leg", (_any("leg", "dart", "match"), _any("fewest"))),
    IntentRule("best_leg", (_any("leg"), _any("top"))),
    IntentRule("first_nine", (_any("first9"),)),
    IntentRule("high_scores", (_any("n180", "n140", "n100"),)),
    IntentRule("highest_visit", (_any("visit", "dart"), _any("top"))),
    IntentRule("usual", (_any("better", "worse"), _any("than"))),
    IntentRule("form", (_any("form"),)),
    IntentRule("average", (_any("average"),)),
    IntentRule("alerts", (_any("alert"),)),
    IntentRule("wins", (_any("win", "lose"),)),
    IntentRule("checkout_rate", (_any("checkout"),)),
    IntentRule("played", (_any("count", "time"), _any("dart", "leg", "match", "visit", "bust", "played", "time"))),
    IntentRule("head_to_head", (), people=2),
    IntentRule("alerts", (_any("camera"),)),
    IntentRule("form", (_any("better", "worse"),), people=1),
    IntentRule("average", (_any("played"),), people=1),
)
