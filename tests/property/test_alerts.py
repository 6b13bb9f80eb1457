"""Quiet figures raise no alert, however they scatter."""

import random

from hypothesis import example, given, settings
from hypothesis import strategies as st

from dartd.decision import Sample
from tests.support.alerts import CAMERAS, Watched, alerts_decider, changes, dart, sample

WEEK_S = 7 * 86_400.0
PERIOD_S = 100.0  # of the samples of a week
EVENING_S = (19 * 3600.0, 23 * 3600.0)


def quiet_sample(source: random.Random) -> Sample:
    """Return figures as three cameras on a small computer have them."""
    return sample(
        {"fps": source.uniform(24.0, 30.2)},
        camera=source.choice(CAMERAS),
        cpu_percent=source.uniform(20.0, 80.0),
        temperature_c=source.gauss(60.0, 4.0),
        disk_free_mb=source.uniform(900.0, 40_000.0),
        commits_ms=tuple(source.lognormvariate(1.5, 1.0) for _ in range(source.randrange(4))),
    )


@settings(max_examples=2, deadline=None)
@example(2836)
@given(st.integers(0, 2**32))
def test_a_week_of_quiet_figures_raises_nothing(seed: int) -> None:
    """Evenings of darts with the scatter of three cameras, nights without any."""
    board, source = Watched(), random.Random(seed)
    began_s = board.now
    while board.now - began_s < WEEK_S:
        board.pass_s(PERIOD_S, quiet_sample(source), PERIOD_S)
        clock_s = (board.now - began_s) % 86_400
        if EVENING_S[0] <= clock_s < EVENING_S[1] and source.random() < 0.8:
            for _ in range(3):
                deviations = {camera: (source.gauss(0.0, 0.15), source.gauss(0.0, 0.15)) for camera in CAMERAS}
                unused = source.choice(CAMERAS) if source.random() < 0.1 else ""  # another dart hides it
                board.take(dart(source.lognormvariate(4.7, 0.35), source.betavariate(30, 2), deviations, unused=unused))

    assert changes(board.raised) == []


FIGURES = st.sampled_from(
    [
        sample(),
        sample({"state": "offline", "fps": 0.0}),
        sample({"state": "starting"}),
        sample({"faults": ("black",)}),
        sample({"fps": 10.0}, camera="cam1"),
        sample({"fps": 20.0}, camera="cam1"),
        sample(disk_free_mb=100.0),
        sample(disk_free_mb=550.0),
    ]
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(FIGURES, st.integers(1, 30), st.booleans()), max_size=12))
def test_whatever_happens_an_alert_is_raised_once_and_then_resolved(story: list[tuple[Sample, int, bool]]) -> None:
    """No two are open about the same, also after restarts; and when all is well for long enough none is left."""
    board = Watched()
    for figures, seconds, restarts in story:
        board.pass_s(seconds, figures)
        if restarts:
            memory, board.decider = board.decider.memory(0.0), alerts_decider()
            board.decider.restore(memory, [], now=board.now, epoch_s=0.0)
    board.pass_s(40)
    open_ones: dict[tuple[str, str | None], int] = {}
    for each in board.raised:
        about = (each.alert.alert_type, each.alert.camera_id)
        if each.alert.status == "pending":
            assert about not in open_ones
            open_ones[about] = each.alert.alert_id
        else:
            assert open_ones.pop(about) == each.alert.alert_id

    assert (open_ones, board.decider.open_alerts()) == ({}, ())
    assert [each.alert.alert_id for each in board.raised if each.alert.status == "pending"] == list(range(1, len(board.raised) // 2 + 1))
