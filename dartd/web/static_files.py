"""The static files of pages."""

import mimetypes
from pathlib import Path

from starlette.staticfiles import StaticFiles

STATIC = Path(__file__).parent / "static"

# The first guess of a media type reads files of the system, which would block the event loop.
mimetypes.init()
mimetypes.add_type("image/webp", ".webp")

STATIC_FILES = StaticFiles(directory=STATIC, check_dir=False)
