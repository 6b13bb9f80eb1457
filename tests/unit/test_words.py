"""Words that the project does not use: codespell finds single ones (`make spelling`), this module phrases."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.waiting import DEADLINE_S

_ROOT = Path(__file__).resolve().parents[2]
_WORDS = _ROOT / "tests" / "words"
_TEXT = {".py", ".md", ".js", ".mjs", ".html", ".css", ".toml", ".sh", ".service", ""}


def _entries(name: str) -> list[str]:
    return [line.partition("->")[0] for line in (_WORDS / name).read_text(encoding="utf-8").splitlines()]


def _texts() -> list[Path]:
    git = shutil.which("git")
    if git is None or not (_ROOT / ".git").exists():
        pytest.skip("needs git and a clone: the files of the repository cannot be distinguished from others here")
    listed = subprocess.run([git, "ls-files"], cwd=_ROOT, capture_output=True, text=True, check=True, timeout=DEADLINE_S).stdout
    paths = [
        _ROOT / line
        for line in listed.splitlines()
        if "/vendor/" not in line and not line.startswith(("tests/words/", "schemas/published/"))
    ]
    return [path for path in paths if path.suffix in _TEXT and path.is_file()]


def test_phrases_are_not_used() -> None:
    """No text of the repository holds a phrase of phrases.txt, whatever white space or comment sign is between its words."""
    phrases = sorted(set(_entries("phrases.txt")) - set(_entries("pending.txt")))
    patterns = {phrase: re.compile(r"[\s#*]+".join(phrase.split()), re.IGNORECASE) for phrase in phrases}
    texts = {path: path.read_text(encoding="utf-8") for path in _texts()} if phrases else {}

    assert [
        (str(path.relative_to(_ROOT)), phrase) for path, text in texts.items() for phrase in phrases if patterns[phrase].search(text)
    ] == []


def test_pending_words_are_words_to_avoid() -> None:
    """A line of pending.txt names a word or phrase of the other two lists, once."""
    pending = _entries("pending.txt")

    assert set(pending) <= {*_entries("avoid.txt"), *_entries("phrases.txt")}
    assert len(set(pending)) == len(pending)
