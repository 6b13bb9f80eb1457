"""What a detector knows beyond its pictures."""

from workers.vision.board_knowledge import BoardKnowledge


def test_a_fresh_detector_knows_an_empty_board() -> None:
    """No darts, no takeout, and no reference is asked for."""
    known = BoardKnowledge()

    assert (known.darts, known.takeout, known.renewal) == ((), False, None)
