"""Which interfaces are on."""

import sys
from pathlib import Path

import msgspec
import pytest

from dartd.config import CompatConfig
from dartd.errors import ConfigError
from dartd.outlets.compat.compat import Compat
from tests.support.station import CONFIG, running_station


@pytest.mark.slow
async def test_a_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what to do."""
    async with running_station(tmp_path) as station:
        config = msgspec.structs.replace(CONFIG, compat=CompatConfig(caller=8079))
        object.__setattr__(station.services, "config", config)
        monkeypatch.setitem(sys.modules, "socketio", None)
        with pytest.raises(ConfigError, match=r"pip install 'dartd\[caller\]'"):
            Compat(station.services)


@pytest.mark.slow
async def test_nothing_is_on_by_default(tmp_path: Path) -> None:
    """No task, no port, no route."""
    async with running_station(tmp_path) as station:
        compat = Compat(station.services)

        assert (compat.tasks, compat.ports, compat.around(print)) == ({}, {}, print)  # type: ignore[arg-type, comparison-overlap]  # any application
