"""Words that the project does not use: codespell finds single ones (`make spelling`), this module phrases and parts of class names."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.waiting import DEADLINE_S

_ROOT = Path(__file__).resolve().parents[2]
_WORDS = _ROOT / "tests" / "words"
_CAMEL_CASE = re.compile(r"\b_?(?:[A-Z][a-z0-9]+){2,}\b")
_CAPITALISED = re.compile(r"[A-Z][a-z0-9]+")
_TEXT = {".py", ".md", ".js", ".mjs", ".html", ".css", ".toml", ".sh", ".service", ".json", ""}


def _entries(name: str) -> list[str]:
    return [line.partition("->")[0] for line in (_WORDS / name).read_text(encoding="utf-8").splitlines()]


def _texts() -> list[Path]:
    git = shutil.which("git")
    if git is None or not (_ROOT / ".git").exists():
        pytest.skip("needs git and a clone: the files of the repository cannot be distinguished from others here")
    listed = subprocess.run([git, "ls-files"], cwd=_ROOT, capture_output=True, text=True, check=True, timeout=DEADLINE_S).stdout
    paths = [_ROOT / line for line in listed.splitlines() if "/vendor/" not in line and not line.startswith("tests/words/")]
    return [path for path in paths if path.suffix in _TEXT and path.is_file()]


def _pattern(phrase: str) -> re.Pattern[str]:
    return re.compile(r"(?<![A-Za-z])" + r"[\s#*_]+".join(phrase.split()) + r"(?![A-Za-z])", re.IGNORECASE)


def test_phrases_are_not_used() -> None:
    """No text of the repository holds a phrase of phrases.txt, whatever white space, comment sign or underscore is between its words."""
    patterns = {phrase: _pattern(phrase) for phrase in _entries("phrases.txt")}
    texts = {path: path.read_text(encoding="utf-8") for path in _texts()}

    assert [
        (str(path.relative_to(_ROOT)), phrase) for path, text in texts.items() for phrase in patterns if patterns[phrase].search(text)
    ] == []


def test_class_names_hold_no_word_to_avoid() -> None:
    """No part of a CamelCase name is a word of avoid.txt."""
    avoided = {word.capitalize() for word in _entries("avoid.txt")}
    names = {(path, name) for path in _texts() for name in _CAMEL_CASE.findall(path.read_text(encoding="utf-8"))}

    assert [(str(path.relative_to(_ROOT)), name) for path, name in names if avoided & set(_CAPITALISED.findall(name))] == []
