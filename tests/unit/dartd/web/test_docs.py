"""The documents for people who build on dartd."""

import re
from urllib.parse import urljoin

import httpx2
import pytest

from dartd.web.pages import STATIC


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/docs/api", "/redoc"])
async def test_viewers_load_nothing_from_elsewhere(http: httpx2.AsyncClient, path: str) -> None:
    """Their files are ours, under a policy that forbids others."""
    page = await http.get(path)
    files = re.findall(r'(?:src|href)="([^"]*)"', page.text)
    answers = [await http.get(urljoin(path, file)) for file in files]

    assert len(files) >= 3
    assert all(
        urljoin(path, file).startswith("/static/") and answer.status_code == 200 for file, answer in zip(files, answers, strict=True)
    )
    assert "default-src 'none'; script-src 'self'" in page.headers["content-security-policy"]
    assert "<script>" not in page.text


def test_libraries_come_with_their_licences() -> None:
    """Each folder of third-party work names its authors."""
    folders = [path for path in (STATIC / "vendor").iterdir() if path.is_dir()]

    assert len(folders) >= 2
    assert all((folder / "LICENSE").is_file() for folder in folders)


async def test_guide_is_linked_and_served(http: httpx2.AsyncClient) -> None:
    """How to log in, the limits and the errors."""
    document = (await http.get("/openapi.json")).json()
    page, guide = await http.get("/docs/guide"), await http.get("/docs/guide.md")

    assert "../static/guide.js" in page.text
    assert "/docs/guide" in document["info"]["description"]
    assert all(word in guide.text for word in ("## Logging in", "## Limits", "## Errors"))
