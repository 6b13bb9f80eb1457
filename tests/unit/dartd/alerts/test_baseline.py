"""What is usual."""

from dartd.alerts.baseline import READY, Baseline


def test_the_first_values_are_averaged_and_later_ones_move_it_slowly() -> None:
    """With too few nothing is usual."""
    baseline = Baseline()
    for value in [10.0, 20.0] * (READY // 2 - 1):
        baseline.learn(value, 0.01)
    early = baseline.usual
    for value in (10.0, 20.0):
        baseline.learn(value, 0.01)
    usual = baseline.usual
    baseline.learn(1000.0, 0.01)

    assert (early, usual) == (None, 15.0)
    assert baseline.mean < 45.0
