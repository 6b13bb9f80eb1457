"""The documents for people who build on dartd."""

import re
from urllib.parse import urljoin

import click
import httpx2
import msgspec
import pytest

from dartd.cli import LazyGroup
from dartd.config import Config
from dartd.web.docs import TOPICS
from dartd.web.static_files import STATIC


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


async def test_every_topic_is_linked_and_served(http: httpx2.AsyncClient) -> None:
    """Its file is there, its page shows it, and the front page of the documentation has it."""
    front = (STATIC / "docs.js").read_text()
    for name, (path, _) in TOPICS.items():
        page, text = await http.get(f"/docs/{name}"), await http.get(f"/docs/{name}.md")

        assert text.content == path.read_bytes(), name
        assert text.text.startswith("# "), name
        assert "../static/guide.js" in page.text, name
        assert f'"{name}"' in front or f'"docs/{name}"' in front, name


def test_topics_name_what_there_is() -> None:
    """Keys of the configuration, routes and commands that the pages for operators name exist."""
    keys = {f"{section}.{key}" for section, key in _keys()}
    texts = [path.read_text() for path, _ in TOPICS.values() if path.parent.name == "docs"]
    sections = "server|ws|auth|store|images|backup|webhooks|limits|log|board"
    named = {each for text in texts for each in re.findall(rf"`((?:{sections})\.[a-z_]+)", text)}
    commands = {each for text in texts for each in re.findall(r"(?:`|/|    |&& )dartd ([a-z][a-z-]+)", text)}

    assert named
    assert named <= keys
    assert commands <= {*LazyGroup("dartd").list_commands(click.Context(click.Command("dartd")))}


def _keys() -> list[tuple[str, str]]:
    return [(section.name, key.name) for section in msgspec.structs.fields(Config) if hasattr(section.type, "__struct_fields__")
            for key in msgspec.structs.fields(section.type)]  # fmt: skip
