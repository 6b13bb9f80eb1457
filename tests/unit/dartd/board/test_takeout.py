"""Takeouts: hands that take all, some or nothing, that are too quick to be seen, and limits that end what no hand ends."""

from schemas.commands import CorrectDart, ResetBoard, StartBoard, StopBoard
from tests.support.board import Scene, line


def test_a_hand_at_a_bare_board_takes_misses() -> None:
    """After misses alone a hand ends the visit; the empty board is published at once."""
    scene = Scene()
    scene.throw()

    assert scene.moving(hand=True) == ["takeout_started 0", "-> pull_out_started (takeout)"]
    assert scene.still() == ["visit_completed 0 takeout", "takeout_finished 0", "-> wait_for_throw (throw)"]


def test_a_dart_mistaken_for_a_hand_counts() -> None:
    """A dart that was taken for a hand while it flew is a hit when it stands, also as the first that stands."""
    scene = Scene()
    scene.throw()
    scene.moving(hand=True)
    scene.read()

    assert scene.still("T20", flight=True) == ["false_takeout 0", "-> throw_finished (throw)", "dart_hit 2 T20"]


def test_what_lands_while_a_hand_is_in_view_does_not_count() -> None:
    """Nothing that a hand leaves behind is a hit: not in its view, not in the episode in which it took darts."""
    scene = Scene()
    scene.throw("T20")
    scene.throw("T20")
    scene.moving(hand=True)
    scene.read()

    assert scene.still("T1", hand=True) == []
    assert scene.still("T1", gone=("main-d000001",)) == ["dart_removed 1 of 2"]
    assert scene.still("T1", unlocalised=True) == ["extra_dart T1", "dart_unscored 0 extra_dart"]
    assert scene.moving(hand=True) + scene.still(hand=True, gone=("main-d000002", "main-d000003")) == ["dart_removed 2 of 2"]
    assert scene.still("T1") == ["visit_completed 120 takeout", "takeout_finished 0", "-> wait_for_throw (throw)"]
    assert scene.throw("T19")[1] == "dart_hit 1 T19"


def test_a_dart_after_the_takeout_counts_at_once() -> None:
    """When the last dart goes without a hand, a dart that landed in the same look opens the next visit."""
    scene = Scene()
    scene.throw("T20")
    scene.throw("T20")
    scene.moving(hand=True)
    scene.still(gone=("main-d000001",))

    assert scene.still("T5", gone=("main-d000002",), flight=True) == [
        "dart_removed 1 of 1",
        "visit_completed 120 takeout",
        "takeout_finished 0",
        "-> wait_for_throw (throw)",
        "dart_hit 1 T5",
        "-> throw_finished (throw)",
    ]


def test_an_overdue_takeout_is_published_once_and_ends_by_adoption() -> None:
    """Darts that stand after a partial takeout are published as overdue once, then given up during play too, and the next visit begins."""
    scene = Scene()
    for _ in range(3):
        scene.throw("T20")
    scene.moving(hand=True)
    scene.still(gone=("main-d000001",), empty=False)

    assert scene.wait(4.9) == []
    assert scene.wait(0.2) == ["takeout_overdue 2"]
    assert scene.moving(hand=True) + scene.still() == []
    assert scene.wait(9.8) == []
    assert scene.wait(0.2) == ["takeout_finished 2", "-> wait_for_throw (throw)"]
    assert scene.machine.darts == ()
    assert scene.moving(hand=True) + scene.still() == []
    assert scene.throw("T20")[1] == "dart_hit 1 T20"


def test_an_empty_board_ends_the_takeout_whatever_the_darts_say() -> None:
    """A board that looks empty after a hand is empty, though no camera could say where the darts went."""
    scene = Scene()
    scene.throw("T20")
    scene.throw("T20")
    scene.moving(hand=True)
    scene.read()

    assert scene.still(empty=True)[:2] == ["dart_removed 2 of 2", "visit_completed 120 takeout"]


def test_a_takeout_is_not_overdue_while_something_moves() -> None:
    """A hand that comes just before the limit is not known for one yet; what it takes is published, and no dart as overdue."""
    scene, fly = Scene(), Scene()
    for each in (scene, fly):
        each.throw("T20")
        each.throw("T20")
        each.moving(hand=True)
        each.still(gone=("main-d000001",), empty=False)
        each.wait(4.0)
        each.moving()

    assert scene.wait(1.8) == []
    assert scene.still(gone=("main-d000002",), empty=True)[0] == "dart_removed 1 of 1"
    assert fly.wait(1.9) == []
    assert fly.wait(0.2) == ["takeout_overdue 1"]


def test_a_board_seen_empty_behind_the_hand_is_empty_at_the_limit() -> None:
    """When the hand is never seen to leave, the limits end the takeout by the last look at the board."""
    scene = Scene()
    scene.throw("T20")
    scene.moving(hand=True)
    scene.still(hand=True, empty=True)

    assert scene.wait(14.9) == []
    assert scene.wait(0.2) == ["dart_removed 1 of 1", "visit_completed 60 takeout", "takeout_finished 0", "-> wait_for_throw (throw)"]


def test_a_hand_that_stays_is_not_overdue() -> None:
    """While a hand is in view the pull-out limit does not run."""
    scene = Scene()
    scene.throw("T20")
    for _ in range(4):
        scene.moving(hand=True)
        scene.read()
        assert scene.wait(9.0) == []
    assert scene.still() == ["false_takeout 1", "-> throw_finished (throw)"]


def test_a_hand_too_quick_to_be_seen() -> None:
    """Several darts gone at once without a throw were taken, also when some stay; the next goes then without a hand."""
    scene = Scene()
    for _ in range(3):
        scene.throw("T20")

    assert scene.still(gone=("main-d000001", "main-d000002")) == [
        "takeout_started 3",
        "-> pull_out_started (takeout)",
        "dart_removed 2 of 3",
    ]
    assert scene.still(gone=("main-d000003",)) == ["dart_removed 1 of 1", "takeout_finished 0", "-> wait_for_throw (throw)"]


def test_darts_that_go_together_with_a_streak_were_taken() -> None:
    """A dart that is pulled out quickly looks like one that flies: what stuck knocks darts out, what left nothing does not."""
    scene = Scene()
    scene.throw("T20")
    scene.throw("T19")

    assert scene.still(gone=("main-d000001", "main-d000002"), flight=True)[:3:2] == ["takeout_started 2", "dart_removed 2 of 2"]


def test_a_second_dart_that_goes_soon_after_the_first_was_taken() -> None:
    """One dart that goes unseen fell; when another one goes within seconds, a hand too quick to be seen takes them one by one."""
    scene = Scene()
    for _ in range(3):
        scene.throw("T20")
    assert scene.fall("main-d000001")[0] == "dart_bounce_out main-d000001"
    scene.now += 1.0

    assert scene.still(gone=("main-d000002",), flight=True) == [
        "takeout_started 2",
        "-> pull_out_started (takeout)",
        "dart_removed 1 of 2",
    ]


def test_falls_with_a_throw_between_them_are_falls() -> None:
    """Darts that fall one after the other, each before the next is thrown, were not taken."""
    scene = Scene()
    scene.throw("T20")
    scene.fall("main-d000001")
    scene.throw("T20")

    assert scene.fall("main-d000002")[0] == "dart_bounce_out main-d000002"


def test_darts_knocked_out_by_a_throw_fell() -> None:
    """Several darts gone with a throw are bounce-outs, and the throw counts."""
    scene = Scene()
    scene.throw("T20")
    scene.throw("T19")

    assert scene.still("S1", gone=("main-d000001", "main-d000002"), flight=True) == [
        "dart_bounce_out main-d000001",
        "dart_bounce_out main-d000002",
        "dart_hit 3 S1",
        "visit_completed 1 three_darts",
    ]


def test_darts_gone_while_no_camera_watched_were_taken() -> None:
    """After a stop a dart that is gone is no fall."""
    scene = Scene()
    scene.throw("T20")
    scene.command(StopBoard())
    scene.command(StartBoard())
    scene.read()

    assert scene.still(gone=("main-d000001",))[0] == "takeout_started 1"
    scene.throw("T20")
    scene.read()
    assert scene.fall("main-d000002")[0] == "dart_bounce_out main-d000002"


def test_a_restart_in_the_middle_of_a_takeout() -> None:
    """A takeout that was half done comes back open, with its limit running anew."""
    scene = Scene()
    scene.throw("T20")
    scene.throw("T20")
    scene.moving(hand=True)
    scene.still(gone=("main-d000001",))
    scene.now += 4.0
    machine = scene.restored()
    machine.set_status(ready=True, calibrating=False, now=scene.now)

    assert machine.state == "pull_out_started"
    assert machine.takeout
    assert machine.deadline() == scene.now + 5.0
    assert [line(event) for event in machine.tick(scene.now + 30.0)] == [
        "takeout_overdue 1",
        "visit_completed 120 takeout",
        "takeout_finished 1",
        "-> wait_for_throw (throw)",
    ]


def test_a_sequence_that_ends_in_a_takeout_of_deleted_darts() -> None:
    """A takeout that is open with an emptied visit and no dart left is cleared all the same."""
    scene = Scene()
    scene.throw("T20")
    scene.command(CorrectDart(operation="delete", dart_number=1))
    scene.moving(hand=True)
    scene.still(gone=("main-d000001",), hand=True)
    scene.read()

    assert scene.sequence() == ["board_reset", "-> wait_for_throw (throw)"]
    assert not scene.machine.takeout


def test_an_empty_look_alone_takes_no_dart_out() -> None:
    """Without a hand, a board that looks empty says nothing of darts that no camera misses; with one surely gone, all are."""
    scene = Scene()
    for _ in range(3):
        scene.throw("T20")

    assert scene.still(empty=True) == []
    assert scene.still(gone=("main-d000002",), empty=True)[2] == "dart_removed 3 of 3"


def test_a_dart_that_went_while_something_lingered_was_taken() -> None:
    """A hand that no camera knew for one takes longer than a fall; a dart that lands meanwhile knocked the other out."""
    taken, knocked = Scene(), Scene()
    for scene in (taken, knocked):
        scene.throw("T20")

    assert taken.still(gone=("main-d000001",), lingered=True, flight=True, empty=True) == [
        "takeout_started 1",
        "-> pull_out_started (takeout)",
        "dart_removed 1 of 1",
        "visit_completed 60 takeout",
        "takeout_finished 0",
        "-> wait_for_throw (throw)",
    ]
    assert knocked.still("T19", gone=("main-d000001",), lingered=True, flight=True)[0] == "dart_bounce_out main-d000001"


def test_a_dart_that_follows_another_one_was_taken() -> None:
    """Two darts that go one after the other without a throw were taken by a hand that no camera recognised, not fallen."""
    scene = Scene()
    scene.throw("T20")
    scene.throw("T19")

    assert scene.still(gone=("main-d000001",)) == []
    assert [dart.dart_id for dart in scene.machine.standing] == ["main-d000002"]
    scene.now += 0.6
    assert scene.moving() == ["-> throw_detected (throw)"]
    scene.now += 0.6  # the motion began in time, though it ends too late
    assert scene.still(gone=("main-d000002",)) == [
        "takeout_started 2",
        "-> pull_out_started (takeout)",
        "dart_removed 1 of 2",
        "dart_removed 1 of 1",
        "visit_completed 117 takeout",
        "takeout_finished 0",
        "-> wait_for_throw (throw)",
    ]


def test_a_hand_right_after_a_dart_went_took_it() -> None:
    """The hand may be recognised only with its second dart."""
    scene = Scene()
    scene.throw("T20")
    scene.throw("T19")
    scene.still(gone=("main-d000001",))
    scene.now += 0.8

    assert scene.moving(hand=True) == ["takeout_started 2", "-> pull_out_started (takeout)", "dart_removed 1 of 2"]
    assert scene.still(gone=("main-d000002",), empty=True)[0] == "dart_removed 1 of 1"


def test_a_throw_after_a_fall_makes_it_certain() -> None:
    """A dart that lands within the time of the check comes after the bounce-out, in order."""
    scene = Scene()
    scene.throw("T20")
    scene.still(gone=("main-d000001",))
    scene.now += 0.3

    assert scene.still("T19", flight=True) == ["dart_bounce_out main-d000001", "dart_hit 2 T19"]
    assert scene.wait(2.0) == []


def test_a_reset_forgets_an_uncertain_fall() -> None:
    """After a reset no dart is reported that fell before."""
    scene = Scene()
    scene.throw("T20")
    scene.still(gone=("main-d000001",))
    scene.command(ResetBoard())

    assert scene.wait(2.0) == []


def test_a_sequence_that_ends_with_a_fall_reports_it() -> None:
    """What fell at the end of one sequence of a recording is reported before the next begins."""
    scene = Scene()
    scene.throw("T20")
    scene.still(gone=("main-d000001",))

    assert scene.sequence()[0] == "dart_bounce_out main-d000001"
