"""The layout of the repository: what may be where, and that each module has its tests."""

import ast
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.waiting import DEADLINE_S

_ROOT = Path(__file__).resolve().parents[2]
_PACKAGES = ("dartd", "workers", "schemas")
_TOP = {
    ".ci",
    ".gitignore",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "SECURITY.md",
    "config",
    "dartd",
    "pyproject.toml",
    "requirements-dev.lock",
    "requirements.lock",
    "schemas",
    "tests",
    "workers",
}
_UNTESTED: dict[str, str] = {}
_NAMELESS = {"utils", "helpers", "common", "const", "misc"}
_MODULE_LINES = 400
_HANDFUL = 5

_MODULES = sorted(path.relative_to(_ROOT) for package in _PACKAGES for path in (_ROOT / package).rglob("*.py"))


def _definitions(module: Path) -> list[ast.stmt]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return [node for node in ast.parse((_ROOT / module).read_text(encoding="utf-8")).body if isinstance(node, kinds)]


def _repository() -> list[str]:
    git = shutil.which("git")
    if git is None or not (_ROOT / ".git").exists():
        pytest.skip("needs git and a clone: the files of the repository cannot be distinguished from others here")
    listed = [git, "ls-files", "--cached", "--others", "--exclude-standard"]
    return subprocess.run(listed, cwd=_ROOT, capture_output=True, text=True, check=True, timeout=DEADLINE_S).stdout.splitlines()


def test_every_module_has_its_test_file() -> None:
    """A module that defines something must be tested in the file of its name below tests/unit; exceptions are named with their reason."""
    missing = []
    for module in _MODULES:
        tests = _ROOT / "tests" / "unit" / module.parent / f"test_{module.stem}.py"
        is_bare_package = module.stem == "__init__" and not _definitions(module)
        if not (is_bare_package or str(module) in _UNTESTED or tests.is_file()):
            missing.append(str(tests.relative_to(_ROOT)))

    assert missing == []


def test_exceptions_are_needed() -> None:
    """A module that has its tests, or is no more, must not be listed as an exception."""
    for module, reason in _UNTESTED.items():
        path = Path(module)
        assert reason
        assert (_ROOT / path).is_file(), module
        assert not (_ROOT / "tests" / "unit" / path.parent / f"test_{path.stem}.py").exists(), module


def test_each_module_is_one_noun() -> None:
    """A module must say in its first line what it is for, be named for it, and end before 400 lines."""
    texts = {str(module): (_ROOT / module).read_text(encoding="utf-8") for module in _MODULES}

    assert [name for name, text in texts.items() if not ast.get_docstring(ast.parse(text))] == [], "no docstring"
    assert [str(module) for module in _MODULES if module.stem in _NAMELESS] == []
    assert {name: lines for name, text in texts.items() if (lines := len(text.splitlines())) > _MODULE_LINES} == {}


def test_nothing_else_stands_at_the_top() -> None:
    """The top of the repository must hold the packages, the tests, the configuration and the metadata, and nothing else."""
    assert {line.split("/")[0] for line in _repository()} == _TOP


def test_crowded_folders_explain_themselves() -> None:
    """A folder of modules with more than a handful of them must have a README that says what lives there."""
    folders = {(_ROOT / module).parent for module in _MODULES}
    crowded = {folder for folder in folders if len([path for path in folder.glob("*.py") if path.stem != "__init__"]) > _HANDFUL}

    assert {str(folder.relative_to(_ROOT)) for folder in crowded if not (folder / "README.md").is_file()} == set()


def test_rooms_explain_themselves() -> None:
    """Each package of the repository must have a README that says what lives there and what must stay true."""
    assert [folder for folder in (*_PACKAGES, "config", "tests") if not (_ROOT / folder / "README.md").is_file()] == []


def test_test_folders_are_no_packages() -> None:
    """Test folders must hold no __init__.py: pytest imports them by path, and the same name may stand in two of them."""
    assert [str(path) for path in (_ROOT / "tests").rglob("__init__.py")] == []


def test_a_class_name_stands_for_one_thing() -> None:
    """A reader who finds a name in one module must not find another thing by it elsewhere."""
    places: dict[str, list[str]] = {}
    for module in _MODULES:
        for node in ast.parse((_ROOT / module).read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places.setdefault(node.name, []).append(str(module))

    assert {name: where for name, where in places.items() if len(where) > 1} == {}
