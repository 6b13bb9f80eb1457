"""The connection to a broker; tests/integration/test_mqtt.py has a real one."""

import sys
from pathlib import Path

import pytest

from dartd.errors import ConfigError
from dartd.outlets.mqtt.mqtt import Mqtt
from tests.support.station import running_station


@pytest.mark.slow
async def test_a_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what to do."""
    async with running_station(tmp_path) as station:
        monkeypatch.setitem(sys.modules, "aiomqtt", None)
        with pytest.raises(ConfigError, match=r"pip install 'dartd\[mqtt\]'"):
            Mqtt(station.services)
