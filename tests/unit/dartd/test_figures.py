"""Figures say what they mean."""

from dartd.figures import CacheUsage, OutletFigures


def test_shares_and_connections() -> None:
    """The hit rate of an unused cache is 0; an outlet is connected when it is not away."""
    assert (CacheUsage().hit_rate, CacheUsage(hits=3, misses=1).hit_rate) == (0.0, 0.75)
    assert (OutletFigures(name="mqtt").connected, OutletFigures(name="mqtt", away_s=0.5).connected) == (True, False)
