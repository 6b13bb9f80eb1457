"""The shell commands in the documentation."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.support.daemon import ROOT

PROGRAMS: Final = ("make", "python", "python3", "pip", "curl", "dartd", "systemctl", "journalctl", "lsusb", "sudo", "echo", "~/", "/opt/")
_BLOCK: Final = re.compile(r"^```sh\n((?:.*\n)*?)```|((?:^    .*\n|^\n(?=    ))+)", re.MULTILINE)
_COMMENT: Final = re.compile(r"\s+# .*$", re.MULTILINE)


def documents() -> list[Path]:
    """Return every document that users and contributors read."""
    folders = [path for name in ("dartd", "workers", "schemas", "tests") for path in (ROOT / name).rglob("README.md")]
    return [*sorted(ROOT.glob("*.md")), ROOT / "config/README.md", *sorted((ROOT / "config/docs").glob("*.md")), *sorted(folders)]


def commands(path: Path) -> Iterator[str]:
    """Yield the commands of a document without their comments: lines that begin with a program, and what continues them."""
    for found in _BLOCK.finditer(path.read_text()):
        lines = re.sub(r"^    ", "", found[1] or found[2], flags=re.MULTILINE)
        for line in _joined(_COMMENT.sub("", lines)):
            if line.partition(" ")[0].startswith(PROGRAMS):
                yield line


def _joined(text: str) -> Iterator[str]:
    whole = ""
    for line in text.splitlines():
        whole = f"{whole}\n{line}" if whole else line
        if not line.endswith("\\") and whole.count("'") % 2 == 0:
            yield whole.strip()
            whole = ""
