"""The command line as a whole."""

import os
import subprocess
import sys
from importlib import import_module

import click
import pytest
from click.testing import CliRunner

from dartd.cli import _MODULES, LazyGroup, main

NAMES = LazyGroup().list_commands(click.Context(main))


def test_help_teaches() -> None:
    """`dartd --help` names every command and the first thing to try."""
    result = CliRunner().invoke(main, ["--help"])

    assert result.exit_code == 0
    assert all(name in result.output for name in NAMES)
    assert "dartd demo" in result.output


@pytest.mark.parametrize("name", NAMES)
def test_every_command_explains_itself(name: str) -> None:
    """Each command has a help of its own and carries the name it is asked for by."""
    result = CliRunner().invoke(main, [name, "--help"])

    assert result.exit_code == 0
    assert import_module(f"dartd.cli.{_MODULES.get(name, name.replace('-', '_'))}").command.name == name


def test_version_is_printed() -> None:
    """`dartd --version` prints name and version."""
    result = CliRunner().invoke(main, ["--version"])

    assert (result.exit_code, result.output.split()[0]) == (0, "dartd")


def test_unknown_command_makes_no_sense() -> None:
    """A command that is none ends with status 2."""
    result = CliRunner().invoke(main, ["shoot"])

    assert result.exit_code == 2


def test_child_processes_carry_nothing_heavy() -> None:
    """The module that every camera process imports anew loads no server, no database and no OpenCV."""
    heavy = "{'starlette', 'uvicorn', 'sqlite3', 'cv2', 'numpy', 'asyncio', 'prometheus_client', 'dartd.daemon'}"
    code = f"import sys, dartd.cli, dartd.__main__; print(sorted({heavy} & set(sys.modules)))"

    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert loaded == "[]\n"


@pytest.mark.slow
def test_linear_algebra_keeps_to_one_thread() -> None:
    """A loaded command limits the libraries to one thread, unless the environment sets another number."""
    code = "import os, sys; from dartd.cli import main; main(['replay', '--help'], standalone_mode=False); "
    code += "sys.stderr.write(os.environ['OPENBLAS_NUM_THREADS'])"
    free = {key: value for key, value in os.environ.items() if key != "OPENBLAS_NUM_THREADS"}

    threads = [
        subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True).stderr
        for env in (free, free | {"OPENBLAS_NUM_THREADS": "2"})
    ]

    assert threads == ["1", "2"]
