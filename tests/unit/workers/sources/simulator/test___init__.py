"""Tests of the simulator behind its URL scheme."""

from schemas.base import CameraId
from schemas.pipe.to_worker import SourceSpec
from workers.sources import open_source
from workers.sources.simulator import SimulatorSource


def test_the_scheme_opens_a_simulator() -> None:
    """A `sim:` URL names the simulator, which says of itself that it is one."""
    source = open_source(SourceSpec(camera_id=CameraId("cam0"), url="sim:?rig=1"), lockstep=True, start_s=0.0)

    assert isinstance(source, SimulatorSource)
    assert source.simulated
