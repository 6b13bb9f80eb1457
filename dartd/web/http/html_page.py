"""The HTML pages: one frame for all, with relative addresses."""

from pathlib import Path
from string import Template
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import Response

_WEB: Final = Path(__file__).parents[1]
_FRAME: Final = Template((_WEB / "page.html").read_text(encoding="utf-8"))
_STYLES: Final = frozenset(path.name for path in (_WEB / "static").glob("*.css"))
_DEEPEST: Final = 32  # no address of the daemon has that many parts
_API: Final = ("/api/", "/static/", "/schemas/")


def html_page(
    name: str, path: str, *, libraries: tuple[str, ...] = (), status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    """Return the page `name`: the frame with `static/{name}.js`, and `static/{name}.css` if there is one.

    `libraries` are loaded before them. `path` is the path of the request, from which the addresses of the files are relative.
    """
    root = "../" * min(path.count("/") - 1, _DEEPEST)
    own = [f"{name}.css"] if f"{name}.css" in _STYLES else []
    styles = [*(each for each in libraries if each.endswith(".css")), "look.css", *own]
    scripts = ["theme.js", *(each for each in libraries if each.endswith(".js"))]
    lines = [f'<script src="{root}static/{each}"></script>' for each in scripts]
    lines += [f'<link rel="stylesheet" href="{root}static/{each}">' for each in styles]
    lines.append(f'<script type="module" src="{root}static/{name}.js"></script>')
    text = _FRAME.substitute(root=root, name=name, head="\n".join(f"    {line}" for line in lines))
    return Response(text, status, {"Cache-Control": "no-cache", **(headers or {})}, "text/html; charset=utf-8")


def wants_page(method: str, path: str, headers: Headers) -> bool:
    """Return whether a person opened this path in a browser, so that a page says that there is nothing."""
    return method in {"GET", "HEAD"} and "text/html" in headers.get("accept", "") and not path.startswith(_API)
