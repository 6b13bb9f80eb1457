"""Documents for programs."""

from pathlib import Path

import msgspec

from schemas.api.documents import AsyncApiDocument, OpenApiDocument, PageSettings
from tests.support.http_client import http_client
from tests.support.station import running_station


async def test_documents_are_as_they_are_described(tmp_path: Path) -> None:
    """Each has the fields that its description names."""
    async with running_station(tmp_path) as station, http_client(station.http) as http:
        openapi = msgspec.convert((await http.get("/openapi.json")).json(), OpenApiDocument)
        asyncapi = msgspec.convert((await http.get("/asyncapi.json")).json(), AsyncApiDocument)
        settings = msgspec.convert((await http.get("/config.json")).json(), PageSettings)

    assert (openapi.info.version, asyncapi.info.version, settings.version) == ("0.0", "0.0", "0.0")
