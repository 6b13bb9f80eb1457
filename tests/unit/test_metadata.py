"""What the repository says about itself: version, licence, pinned packages."""

import os
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

_ROOT = Path(__file__).resolve().parents[2]
_PROJECT = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))
_PIN = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>[^ ]+)(?P<marker> ; [^\\]+)? \\$")
_HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")


def _pins(file: str) -> dict[str, str]:
    found = (_PIN.match(line) for line in (_ROOT / file).read_text(encoding="utf-8").splitlines())
    return {pin["name"]: pin["version"] for pin in found if pin}


def test_version_is_the_newest_of_the_changelog() -> None:
    """The version that is built must be the one whose changes are listed first."""
    headings = re.findall(r"^## \[([^\]]+)\]", (_ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.MULTILINE)

    assert headings[0] == _PROJECT["project"]["version"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", headings[0])


def test_licence_is_the_whole_text() -> None:
    """The licence that the metadata names must be there in full."""
    text = (_ROOT / "LICENSE").read_text(encoding="utf-8")

    assert _PROJECT["project"]["license"] == "Apache-2.0"
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text


@pytest.mark.parametrize("file", ["requirements.lock", "requirements-dev.lock"])
def test_lock_holds_pins_and_hashes_alone(file: str) -> None:
    """A lock must be installable from any index: pinned versions and their hashes, no address, no path."""
    lines = (_ROOT / file).read_text(encoding="utf-8").splitlines()

    assert [line for line in lines if not _PIN.match(line) and not _HASH.match(line)] == []
    assert len(_pins(file)) > 10


@pytest.mark.parametrize("group", ["dependencies", "dev", "build"])
def test_lock_pins_what_the_project_wants(group: str) -> None:
    """Each package that pyproject.toml names must be pinned at a version that it allows."""
    wanted = {
        "dependencies": _PROJECT["project"]["dependencies"],
        "dev": _PROJECT["project"]["optional-dependencies"]["dev"],
        "build": [*_PROJECT["dependency-groups"]["build"], *_PROJECT["build-system"]["requires"]],
    }[group]
    pins = _pins("requirements-dev.lock" if group == "dev" else "requirements.lock")

    for requirement in map(Requirement, wanted):
        assert requirement.specifier.contains(pins[requirement.name]), requirement


def test_locks_agree() -> None:
    """What tests run with must be what users run with."""
    runtime, dev = _pins("requirements.lock"), _pins("requirements-dev.lock")

    assert {name: dev[name] for name in runtime} == runtime


def test_ci_can_be_run() -> None:
    """The command of the continuous integration must be a program."""
    assert os.access(_ROOT / ".ci" / "run", os.X_OK)


def test_makefile_lists_what_there_is() -> None:
    """Each target that people use must be explained by `make help`."""
    text = (_ROOT / "Makefile").read_text(encoding="utf-8")
    explained = set(re.findall(r"^([a-z-]+):.*## ", text, flags=re.MULTILINE))

    assert {"help", "setup", "run", "test", "lint", "layers", "types", "format", "schemas", "bench"} <= explained
