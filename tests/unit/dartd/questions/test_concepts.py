"""Intents and the concepts that make them."""

from typing import get_args

from dartd.questions.concepts import RULES, Concept, Intent


def test_every_intent_has_a_rule() -> None:
    """Rules need known concepts, and none is behind one that takes all its questions."""
    assert {rule.intent for rule in RULES} == set(get_args(Intent))
    assert {concept for rule in RULES for needed in (*rule.needs, rule.without) for concept in needed} <= set(get_args(Concept))
    for number, rule in enumerate(RULES):
        before = [
            each for each in RULES[:number] if each.people <= rule.people and each.most_people >= rule.most_people and not each.without
        ]
        assert not any(all(any(ours <= needed for ours in rule.needs) for needed in each.needs) for each in before), rule
