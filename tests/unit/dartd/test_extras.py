"""Packages that are missing are named with the command that installs them."""

import tomllib
from pathlib import Path
from typing import get_args

import pytest

from dartd.errors import ConfigError
from dartd.extras import Extra, load, remedy

_PROJECT = Path(__file__).parents[3] / "pyproject.toml"


def test_every_extra_can_be_installed() -> None:
    """The names are those of pyproject.toml."""
    declared = tomllib.loads(_PROJECT.read_text())["project"]["optional-dependencies"]

    assert {*get_args(Extra), "dev"} == set(declared)


def test_a_module_that_is_there_is_imported() -> None:
    """A module inside a package as well."""
    assert load("mqtt", "email.message", path="$.mqtt.url").__name__ == "email.message"


@pytest.mark.parametrize(
    ("source", "said"), [(None, "needs a package"), ("raise ImportError('another ABI')", r"cannot be loaded \(another ABI\)")]
)
def test_a_module_that_is_not_is_an_error_of_the_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str | None, said: str
) -> None:
    """The error names the key and the remedy, also where a package is broken."""
    if source is not None:
        (tmp_path / "absent_package.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(ConfigError, match=rf"^\$\.nats\.url: .*{said}.*pip install 'dartd\[nats\]'") as error:
        load("nats", "absent_package", path="$.nats.url")
    assert error.value.details == {"path": "$.nats.url"}
    assert remedy("nats") in str(error.value)
