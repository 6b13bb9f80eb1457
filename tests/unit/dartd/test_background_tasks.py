"""The tasks in the background."""

from pathlib import Path

import pytest

from dartd.background_tasks import background_tasks
from dartd.figures import HostUsage
from tests.support.station import running_station


@pytest.mark.slow
async def test_each_task_has_a_name(tmp_path: Path) -> None:
    """The log names the task that failed, and every one is there."""

    async def measure() -> None:
        """Measure nothing."""

    async with running_station(tmp_path) as station:
        tasks = background_tasks(station.services, station.pipeline, dict, HostUsage, measure)

    assert tasks["the measurement of the event loop"] is measure
    assert {"the delivery of webhooks", "the backups of the store", "the deletion of old images"} <= tasks.keys()
