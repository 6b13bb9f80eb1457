"""The hand at the board and its limits."""

from dartd.board.hand import Hand


def test_limits_run_from_the_last_hand() -> None:
    """The board is compared some time after the last hand; a new takeout begins anew."""
    hand = Hand()
    hand.seen(10.0)
    compare_s = hand.due_s(5.0, 8.0, 2.0)
    hand.seen(12.0)
    later_s = hand.due_s(5.0, 8.0, 2.0)
    hand.compared = True
    hand.comes(20.0)

    assert (compare_s, later_s, hand.due_s(5.0, 8.0, 2.0)) == (15.0, 17.0, 25.0)


def test_nothing_puts_off_the_end_of_an_overdue_takeout() -> None:
    """Overdue darts are given up at one time, even when hands reach to the board until then."""
    hand = Hand()
    hand.seen(10.0)
    hand.compared = True
    adopt_s = hand.due_s(5.0, 8.0, 2.0)
    hand.in_view = True
    hand.seen(20.0)

    assert (adopt_s, hand.due_s(5.0, 8.0, 2.0)) == (23.0, 23.0)


def test_a_hand_in_view_is_given_up_in_the_end() -> None:
    """A hand that no camera reports any more is kept for the adoption limit; then the other limits follow."""
    hand = Hand()
    hand.seen(10.0)
    hand.in_view = True
    doubt_s = hand.due_s(5.0, 8.0, 2.0)
    hand.give_up(doubt_s)

    assert doubt_s == 18.0
    assert not hand.in_view
    assert hand.due_s(5.0, 8.0, 2.0) == 23.0


def test_a_new_hand_forgets_what_the_board_looked_like() -> None:
    """What was said of the board before a hand is no news after it."""
    hand = Hand()
    hand.board_empty = True
    hand.seen(1.0)

    assert hand.board_empty is None


def test_nothing_is_overdue_while_something_moves() -> None:
    """Motion that began before the limit may be the hand that takes the darts; it is waited for, but not without limit."""
    hand = Hand()
    hand.seen(10.0)
    due = []
    for stirs_s in (None, 11.0, 14.0, 16.0):
        hand.stirs_s = stirs_s
        due.append(hand.due_s(5.0, 8.0, 2.0))

    assert due == [15.0, 15.0, 16.0, 15.0]
