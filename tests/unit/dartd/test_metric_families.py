"""Figures as families of metrics; tests/unit/dartd/test_metrics.py scrapes the others."""

from dartd.figures import OutletFigures
from dartd.metric_families import outlet_families


def test_each_outlet_is_a_label() -> None:
    """Whether it is connected, and how many events wait, were taken and were given up by age."""
    outlets = [
        OutletFigures(name="mqtt", waiting=2, published=5, dropped=3),
        OutletFigures(name="nats", away_s=4.0),
    ]
    samples = {(sample.name, sample.labels["outlet"]): sample.value for family in outlet_families(outlets) for sample in family.samples}

    assert samples == {
        ("dartd_outlet_connected", "mqtt"): 1.0,
        ("dartd_outlet_waiting", "mqtt"): 2,
        ("dartd_outlet_published_total", "mqtt"): 5,
        ("dartd_outlet_dropped_total", "mqtt"): 3,
        ("dartd_outlet_connected", "nats"): 0.0,
        ("dartd_outlet_waiting", "nats"): 0,
        ("dartd_outlet_published_total", "nats"): 0,
        ("dartd_outlet_dropped_total", "nats"): 0,
    }
