"""The stream for people and for tools."""

import httpx2
import msgspec
import pytest

from schemas.asyncapi import describe


@pytest.mark.parametrize(("path", "script"), [("/events", "events.js"), ("/asyncapi", "asyncapi.js")])
async def test_pages_come_with_all_that_they_need(http: httpx2.AsyncClient, path: str, script: str) -> None:
    """For anonymous callers, without any other host."""
    page, code, style = await http.get(path), await http.get(f"/static/{script}"), await http.get("/static/events.css")

    assert (page.status_code, code.status_code, style.status_code) == (200, 200, 200)
    assert f"static/{script}" in page.text
    assert "https://" not in page.text + code.text


async def test_the_document_is_that_of_the_types(http: httpx2.AsyncClient) -> None:
    """With the path that is served."""
    document = (await http.get("/asyncapi.json")).json()

    assert document == msgspec.json.decode(msgspec.json.encode(describe(version="0.0", ws_path="/ws")))
