"""Figures for `/metrics`."""

from dartd.web.figures import host_usage
from dartd.web.host import HostSample


def test_the_usage_of_the_host_is_in_base_units() -> None:
    """Bytes, and nothing where nothing is known."""
    usage = host_usage(HostSample(cpu=12.0, disk=50.0, disk_free_mb=1.5))

    assert (usage.cpu_percent, usage.memory_percent, usage.disk_percent, usage.disk_free_bytes) == (12.0, None, 50.0, 1_500_000.0)
    assert host_usage(HostSample()).disk_free_bytes is None
