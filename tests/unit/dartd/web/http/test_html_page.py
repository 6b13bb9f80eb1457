"""The frame of the pages."""

import pytest
from starlette.datastructures import Headers

from dartd.web.http.html_page import html_page, wants_page

_BROWSER = Headers({"accept": "text/html,application/xhtml+xml,*/*;q=0.8"})


@pytest.mark.parametrize(("path", "root"), [("/", ""), ("/events", ""), ("/docs/guide", "../"), ("/a/b/c", "../../")])
def test_files_are_found_from_the_path(path: str, root: str) -> None:
    """A page that lies deeper reaches the same files."""
    text = bytes(html_page("play", path).body).decode()

    assert f'src="{root}static/play.js"' in text
    assert f'href="{root}static/look.css"' in text


def test_a_long_path_makes_no_long_page() -> None:
    """What is sent does not grow with what was asked for."""
    assert len(html_page("missing", "/" * 8000, status=404).body) < 4000


@pytest.mark.parametrize(
    ("method", "path", "headers", "expected"),
    [
        ("GET", "/typo", _BROWSER, True),
        ("GET", "/typo", Headers({"accept": "*/*"}), False),
        ("POST", "/typo", _BROWSER, False),
        ("GET", "/api/v1/typo", _BROWSER, False),
        ("GET", "/static/typo.js", _BROWSER, False),
    ],
)
def test_only_people_get_a_page(method: str, path: str, headers: Headers, *, expected: bool) -> None:
    """Programs and the API get JSON."""
    assert wants_page(method, path, headers) is expected
