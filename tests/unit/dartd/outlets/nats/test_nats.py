"""The outlet of a board; tests/integration/test_venue.py has a real server."""

from pathlib import Path

import msgspec
import pytest

from dartd.config import NatsConfig
from dartd.outlets.nats.nats import MAX_ALERTS, Nats
from schemas.alert import Alert
from tests.support.alerts import ALERT
from tests.support.daemon import free_port
from tests.support.station import CONFIG, running_station


@pytest.mark.slow
async def test_a_report_has_the_board_and_its_worst_alerts(tmp_path: Path) -> None:
    """And the outlet is listed as one that is away until it is connected."""
    alerts: list[Alert] = [msgspec.structs.replace(ALERT, severity="info") for _ in range(MAX_ALERTS)]
    config = msgspec.structs.replace(CONFIG, nats=NatsConfig(url=f"nats://127.0.0.1:{free_port()}"))
    async with running_station(tmp_path, config=config) as station:
        figures = station.services.outlets.figures()
        outlet = Nats(station.services)
        object.__setattr__(station.services, "alerts", lambda: [*alerts, msgspec.structs.replace(ALERT, severity="critical")])
        report = outlet.report(7)

    assert [(each.name, each.connected) for each in figures] == [("nats", False)]
    assert (report.board_id, report.published_seq, report.snapshot.board_id) == ("main", 7, "main")
    assert [each.severity for each in report.alerts] == ["critical", *["info"] * (MAX_ALERTS - 1)]
