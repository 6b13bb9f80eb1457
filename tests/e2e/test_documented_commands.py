"""Every command of the documentation is run as it is written, by an ordinary user of a Debian without anything in it."""

import os
import shutil
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from tests.support.clean_debian import HOME, CleanDebian
from tests.support.documents import commands, documents
from tests.support.waiting import Waiting

SERVED: Final = {  # until the page answers; where there are cameras, commands that need a daemon are run with the token of its state
    "make run": "clone/state",
    "~/dartd/bin/dartd demo": ".local/state/dartd-demo",
    "~/dartd/bin/dartd run": None,
}
PREPARED: Final = ("make wheel", "make client")  # named in the sentence before
EXCUSED: Final = {
    "make check": "CI runs what it runs",
    "make test": "CI runs it",
    "make bench": "benches are run on machines with nothing else to do",
    "make soak": "as the benches",
    "make chaos": "as the benches",
    "python -m tests.bench.": "as the benches",
    "sudo": "there is no server of PostgreSQL in a tree; test_commands_on_server.py has one",
    "systemctl": "config/debian/exercise boots systemd",
    "journalctl": "as systemctl",
    "/opt/dartd/bin/pip": "config/debian/exercise upgrades an installed service",
    "lsusb": "needs USB",
    "python -m workers --url recording:FOLDER": "needs a recording",
    "python -m workers --url /dev/": "needs a camera",
    "python tests/examples/": "test_examples.py runs them",
    "curl -s localhost:8000/api/v1/auth/login": "has no password",
}
TOOLS: Final = {"PATH": f"{HOME}/dartd/bin:/usr/bin:/bin"}
_FIRST_S: Final = 600.0  # a machine that is busy installs slowly


def _documented() -> list[str]:
    return list(dict.fromkeys(command for document in documents() for command in commands(document)))


def _is_excused(command: str) -> bool:
    return command.startswith(tuple(EXCUSED))


def test_excuses_are_of_commands_that_are_there() -> None:
    """An excuse that excuses nothing must go, and most commands must have none."""
    found = _documented()

    assert [excuse for excuse in (*EXCUSED, *SERVED) if not any(command.startswith(excuse) for command in found)] == []
    assert len([command for command in found if not _is_excused(command)]) >= 15


@pytest.mark.timeout(3600)
@pytest.mark.skipif("LONG_TESTS" not in os.environ, reason="installs a Debian and dartd in it, ten minutes; set LONG_TESTS=1")
@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("debootstrap") is None, reason="needs root and the package debootstrap")
def test_commands_do_what_they_say_in_a_clean_debian(tmp_path: Path) -> None:
    """Each must end without an error, also where there is no camera."""
    debian = CleanDebian(tmp_path / "tree")
    failed = dict[str, str]()

    def run(command: str, environ: Mapping[str, str] = TOOLS) -> None:
        done = debian.run(command.replace("dartd_client-*.whl", "dist/dartd_client-*.whl"), environ)
        if done.returncode != 0:
            failed[command] = f"{done.returncode}: {done.stdout[-1000:]} {done.stderr[-1000:]}"

    found = [command for command in _documented() if not _is_excused(command)]
    asking = [command for command in found if command.startswith("curl")]
    clients = [command for command in found if "dartd_client" in command]
    for command in PREPARED:
        run(command)
    for command in (each for each in found if each not in (*asking, *clients)):
        if command not in SERVED:
            run(command)
            continue
        with debian.running(command, TOOLS):
            Waiting(_FIRST_S).until(_is_served, command)
            if (state := SERVED[command]) is None:
                continue
            token = debian.path(f"{HOME}/{state}/operator-token").read_text().strip()
            for request in asking:
                run(f"{request} --fail-with-body" if "|" not in request else request, {**TOOLS, "TOKEN": token})
    for command in clients:  # it has the modules of dartd: into an environment of its own
        run(f"python3 -m venv ~/client && PATH=~/client/bin:$PATH && {command}")

    assert failed == {}


def _is_served() -> bool:
    try:
        with urllib.request.urlopen("http://127.0.0.1:8000/health/live", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
