"""The knockout behind groups."""

from dartd.tournament.crossing import crossed_seats, meeting_round


def test_winners_and_runners_up_are_crossed() -> None:
    """Two groups meet crosswise; of four each winner meets the runner-up of another group, the own one in the other half."""
    assert crossed_seats(2, 2) == [((0, 1), (1, 2)), ((1, 1), (0, 2))]
    assert [one for one, _ in crossed_seats(4, 2)] == [(0, 1), (3, 1), (1, 1), (2, 1)]
    assert crossed_seats(3, 1) == [((0, 1), None), ((1, 1), (2, 1))]


def test_leaves_meet_in_the_round_of_their_common_branch() -> None:
    """Neighbours in the first, halves in the last."""
    assert [meeting_round(0, 1), meeting_round(0, 2), meeting_round(3, 4)] == [1, 2, 3]
