"""The eight test cases of the throw machine, TC8.1 to TC8.8, each as a transcript of its events."""

from dartd.board.throws import ThrowTimes
from tests.support.board import Scene


def test_tc8_1_basic_throw() -> None:
    """A dart that is thrown, settles and is taken out gives one hit, one removal and one visit."""
    scene = Scene()

    assert scene.throw("T20") == ["-> throw_detected (throw)", "dart_hit 1 T20", "-> throw_finished (throw)"]
    assert scene.take_all() == [
        "takeout_started 1",
        "-> pull_out_started (takeout)",
        "dart_removed 1 of 1",
        "visit_completed 60 takeout",
        "takeout_finished 0",
        "-> wait_for_throw (throw)",
    ]


def test_tc8_2_three_darts() -> None:
    """Three darts one after the other are three hits, and the visit is published once, at the third."""
    scene = Scene()

    assert scene.throw("T20") == ["-> throw_detected (throw)", "dart_hit 1 T20", "-> throw_finished (throw)"]
    assert scene.throw("S5") == ["-> throw_detected (throw)", "dart_hit 2 S5", "-> throw_finished (throw)"]
    assert scene.throw("BULL") == [
        "-> throw_detected (throw)",
        "dart_hit 3 BULL",
        "visit_completed 115 three_darts",
        "-> throw_finished (throw)",
    ]


def test_tc8_3_early_takeout() -> None:
    """Two darts taken out one after the other end the visit with two throws, only when the board is empty."""
    scene = Scene()
    scene.throw("T20")
    scene.throw("T19")
    scene.now += 1

    assert scene.moving(hand=True) == ["takeout_started 2", "-> pull_out_started (takeout)"]
    scene.now += 1
    assert scene.still(gone=("main-d000001",), empty=False) == ["dart_removed 1 of 2"]
    scene.now += 1
    assert scene.moving(hand=True) == []
    scene.now += 1
    assert scene.still(gone=("main-d000002",), empty=True) == [
        "dart_removed 1 of 1",
        "visit_completed 117 takeout",
        "takeout_finished 0",
        "-> wait_for_throw (throw)",
    ]


def test_tc8_4_full_takeout() -> None:
    """Three darts taken out at once are one removal of three; the visit, published at its third dart, is not published again."""
    scene = Scene()
    for _ in range(3):
        scene.throw("T20")

    assert scene.take_all() == [
        "takeout_started 3",
        "-> pull_out_started (takeout)",
        "dart_removed 3 of 3",
        "takeout_finished 0",
        "-> wait_for_throw (throw)",
    ]


def test_tc8_5_bounce_out_to_three() -> None:
    """A dart that falls keeps its slot and scores nothing, so that two more darts complete the visit."""
    scene = Scene()
    scene.throw("T20")
    scene.now += 1.0

    assert scene.fall("main-d000001") == ["dart_bounce_out main-d000001", "-> wait_for_throw (throw)"]
    assert scene.throw("T19")[1:] == ["dart_hit 2 T19", "-> throw_finished (throw)"]
    assert scene.throw("T18")[1:] == ["dart_hit 3 T18", "visit_completed 111 three_darts", "-> throw_finished (throw)"]
    assert scene.labels == ["MISS", "T19", "T18"]


def test_tc8_6_miss() -> None:
    """A dart that flies by takes a slot, unless misses are not counted; motion without a flight is no miss."""
    scene = Scene()

    assert scene.throw() == ["-> throw_detected (throw)", "throw_miss 1 no_dart_detected", "-> wait_for_throw (throw)"]
    assert scene.moving() + scene.still() == ["-> throw_detected (throw)", "-> wait_for_throw (throw)"]
    assert scene.throw("M7")[1:] == ["dart_hit 2 M7", "-> throw_finished (throw)"]
    assert scene.throw() == [
        "-> throw_detected (throw)",
        "throw_miss 3 no_dart_detected",
        "visit_completed 0 three_darts",
        "-> throw_finished (throw)",
    ]

    uncounted = Scene(ThrowTimes(count_misses=False))
    assert uncounted.throw()[1:] == ["throw_miss None no_dart_detected", "-> wait_for_throw (throw)"]
    assert uncounted.throw("T20")[1:] == ["dart_hit 1 T20", "-> throw_finished (throw)"]


def test_tc8_7_hand_classes() -> None:
    """A hand that takes nothing is published as false, a resting one is one takeout, and one at a bare board is none."""
    scene = Scene()

    assert scene.moving(hand=True) + scene.still(hand=True) + scene.still() == []
    scene.throw("T20")
    assert scene.moving(hand=True) == ["takeout_started 1", "-> pull_out_started (takeout)"]
    for _ in range(5):  # the hand rests, and the cameras look again and again
        scene.now += 1.0
        assert scene.moving(hand=True) + scene.still(hand=True) == []
    assert scene.still() == ["false_takeout 1", "-> throw_finished (throw)"]
    assert scene.throw("T20")[1:] == ["dart_hit 2 T20", "-> throw_finished (throw)"]


def test_tc8_8_rapid_throws() -> None:
    """Darts that land before the board settles are separate hits in order, and quick ones lose none."""
    scene = Scene()

    assert scene.throw("T20", "T19") == ["-> throw_detected (throw)", "dart_hit 1 T20", "dart_hit 2 T19", "-> throw_finished (throw)"]
    scene.moving()
    scene.now += 0.2
    scene.moving()
    scene.now += 0.2
    assert scene.still("T18", flight=True) == ["dart_hit 3 T18", "visit_completed 171 three_darts", "-> throw_finished (throw)"]
    assert scene.throw("T17")[1:] == ["extra_dart T17", "-> throw_finished (throw)"]
