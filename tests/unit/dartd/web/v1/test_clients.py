"""`/api/v1/clients`."""

import httpx2

from tests.support.ear import Connect
from tests.support.people import log_in_as
from tests.support.station import Station


async def test_listeners_are_counted(station: Station, http: httpx2.AsyncClient, connect: Connect) -> None:
    """Those who are connected now."""
    ear = await connect()
    await ear.hear_types(2)
    found = (await http.get("/api/v1/clients", headers=await log_in_as(station, "operator"))).json()

    assert (found["connected"], found["served"], found["refused"]) == (1, 1, 0)
