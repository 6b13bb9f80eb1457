"""The connection to a broker; tests/integration/test_mqtt.py has a real one."""

import sys
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from dartd.errors import ConfigError
from dartd.outlets.mqtt.mqtt import POSITION, Mqtt
from dartd.store.metadata import store_value
from dartd.store.tables import events
from tests.support.station import running_station
from tests.support.throws import hit


@pytest.mark.slow
async def test_a_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what to do."""
    async with running_station(tmp_path) as station:
        monkeypatch.setitem(sys.modules, "aiomqtt", None)
        with pytest.raises(ConfigError, match=r"pip install 'dartd\[mqtt\]'"):
            Mqtt(station.services)


@pytest.mark.slow
async def test_the_position_is_of_one_stream(tmp_path: Path) -> None:
    """At first, and in a store that was put back from a copy, events of now are the first; else those after the stored one."""
    async with running_station(tmp_path) as station:
        await station.happen(hit("d1", 1), hit("d2", 2), hit("d3", 3))
        mqtt, last_seq = Mqtt(station.services), station.hub.last_seq
        first = await mqtt._position()
        await mqtt._store_position(1)
        known = await mqtt._position()
        await station.services.database.write(lambda connection: store_value(connection, POSITION, "another-stream:1"))
        other = await mqtt._position()

    assert (first, known, other) == (last_seq, 1, last_seq)


@pytest.mark.slow
async def test_what_was_deleted_by_age_is_counted_and_the_rest_is_published(tmp_path: Path) -> None:
    """It goes on behind each hole in the journal, and loses nothing that is still there."""
    async with running_station(tmp_path) as station:
        await station.happen(*(hit(f"d{k}", k) for k in (1, 2, 3)))
        first = station.hub.last_seq - 2
        await station.services.database.write(lambda c: c.execute(sa.delete(events).where(events.c.seq == first + 1)))
    async with running_station(tmp_path) as station:
        mqtt = Mqtt(station.services)
        with station.hub.subscribe(("board:main",), since=first - 1) as subscription:
            taken = [await mqtt._take(subscription) for _ in range(3)]
        figures = station.services.outlets.figures()[0]

    assert [[msgspec.json.decode(each)["dart_id"] for each in payloads] for payloads in taken] == [["d1"], [], ["d3"]]
    assert figures.dropped == 1
