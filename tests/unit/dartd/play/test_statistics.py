"""The statistics of players that a match publishes."""

from schemas.events import JournalledEvent, PlayerErased, PlayerMerged, StatisticsUpdated
from schemas.match_commands import CorrectMatch, SignLeg, ThrowByHand, UndoDarts
from tests.support.play import Table, create


def updates(events: list[JournalledEvent]) -> list[StatisticsUpdated]:
    """Return the events about statistics."""
    return [event for event in events if isinstance(event, StatisticsUpdated)]


def by_hand(table: Table, *visits: str) -> list[StatisticsUpdated]:
    """Throw visits by hand; return what is published of statistics."""
    found: list[StatisticsUpdated] = []
    for visit in visits:
        found += updates(table.give(ThrowByHand(match_id="m1", darts=tuple(visit.split()))))
    return found


def test_a_closed_visit_is_published_for_its_thrower() -> None:
    """With the figures of the match so far and the leg as it stands; open visits and other players are left out."""
    table = Table()
    table.give(create())
    (first,) = by_hand(table, "T20 T20 T20")
    none = by_hand(table, "S5")
    (leg,) = first.legs

    assert (first.player_id, first.reason, first.figures["average"], first.figures["n180"]) == ("ann", "visit", "180.00", 1)
    assert (leg.set, leg.leg, leg.side, leg.finished, leg.counts["points"] if leg.counts else None) == (1, 1, 0, False, 180)
    assert leg.visits[0].beds == ("T20", "T20", "T20")
    assert none == []


def test_a_finished_leg_is_published_for_everybody() -> None:
    """And the match with it; darts at the double are counted."""
    table = Table()
    table.give(create(start=40))
    ann, bob = sorted(by_hand(table, "S20 D10"), key=lambda event: event.player_id)
    counts = [leg.counts or {} for leg in ann.legs]

    assert [(leg.set, leg.leg, leg.finished) for leg in ann.legs] == [(1, 1, True), (0, 0, True)]
    assert (counts[0]["checkouts"], counts[0]["best_legs"], counts[1]["matches_won"]) == (1, {"40": 2}, 1)
    assert ann.legs[0].targets == {"D10": {"darts": 1, "hits": 1}, "D20": {"darts": 1, "single": 1}}
    assert [leg.counts for leg in bob.legs] == [{"legs": 1}, {"matches": 1}]


def test_a_correction_is_published_once() -> None:
    """For each player whose figures are others: an earlier winner, and a leg that counts no more."""
    table = Table()
    table.give(create(start=40, legs=2))
    by_hand(table, "S20 S1 S1", "S20 S5 S1")
    changed = updates(table.give(CorrectMatch(match_id="m1", operation="change", leg=1, visit=1, dart=2, label="D10")))
    undone = updates(table.give(UndoDarts(match_id="m1", darts=2)))

    assert [(event.player_id, event.reason) for event in changed] == [("ann", "correction"), ("bob", "correction")]
    assert next(leg.counts or {} for leg in changed[0].legs)["legs_won"] == 1
    assert [(event.player_id, event.legs[0].counts) for event in undone] == [("ann", None), ("bob", None)]


def test_guests_and_erased_players_have_no_statistics() -> None:
    """Who was merged has those of the other player."""
    table = Table()
    table.give(create())
    table.give(PlayerErased(player_id="ann", user_id="u"), PlayerMerged(player_id="bob", into_player_id="eve", user_id="u"))

    assert [event.player_id for event in by_hand(table, "S1 S1 S1", "S1 S1 S1")] == ["eve"]


def test_a_signature_changes_no_statistics() -> None:
    """It changes no dart."""
    table = Table()
    table.give(create(start=40, legs=2))
    by_hand(table, "D20")

    assert updates(table.give(SignLeg(match_id="m1", set=1, leg=1))) == []
