"""The status that people see."""

from dartd.board.status import BoardReadiness


def test_what_keeps_the_board_from_scoring_goes_first() -> None:
    """Stopped hides calibrating, calibrating hides the cameras, and only then the state shows."""
    board = BoardReadiness()
    seen = [board.status("wait_for_throw")]
    board.set_cameras(ready=False, calibrating=True, failed=False)
    seen.append(board.status("wait_for_throw"))
    board.set_cameras(ready=True, calibrating=False, failed=False)
    seen += [board.status("throw_finished"), board.status("pull_out_started")]
    board.stopped = True
    seen.append(board.status("pull_out_started"))

    assert seen == ["starting", "calibrating", "throw", "takeout", "stopped"]
    assert not board.is_watching


def test_no_camera_is_an_error_once_there_was_one() -> None:
    """Without a camera the board is starting until one was ready or all have failed."""
    board = BoardReadiness()
    board.set_cameras(ready=False, calibrating=False, failed=True)
    failed = board.status("wait_for_throw")
    board.set_cameras(ready=False, calibrating=False, failed=False)
    again = board.status("wait_for_throw")
    board.set_cameras(ready=True, calibrating=False, failed=False)
    board.set_cameras(ready=False, calibrating=False, failed=False)

    assert (failed, again, board.status("wait_for_throw")) == ("error", "starting", "error")


def test_the_board_was_unwatched_after_a_pause() -> None:
    """A start after a stop, and a camera after none, mean that no camera watched; a second start does not."""
    board = BoardReadiness()
    board.start()
    watched = board.unwatched
    board.stopped = True
    board.start()

    assert not watched
    assert board.unwatched
