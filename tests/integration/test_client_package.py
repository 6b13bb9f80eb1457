"""The wheel of the client alone: what is in it, and that it works where there is nothing else."""

import asyncio
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

from tests.support.daemon import ROOT
from tests.support.station import Station
from tests.support.throws import hit
from tests.support.waiting import DEADLINE_S, Waiting

PROGRAM = """
import asyncio, sys
from importlib.util import find_spec
from dartd.client import DartdClient

async def main():
    async for received in DartdClient(sys.argv[1]).listen():
        if received.event_type == "snapshot":
            print("connected", flush=True)
        if received.event_type == "dart_hit":
            print(received.event.score.label, *(name for name in ("numpy", "cv2", "starlette", "httptools") if find_spec(name)))
            return

asyncio.run(main())
"""


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """Build the wheel as `make client` does."""
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(tmp_path)]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, str(ROOT / "dartd" / "client")], check=True, timeout=DEADLINE_S)
    return next(tmp_path.glob("dartd_client-*.whl"))


@pytest.mark.slow
async def test_the_client_alone_receives_a_dart(station: Station, wheel: Path, waiting: Waiting, tmp_path: Path) -> None:
    """In an environment that has msgspec and websockets and nothing else."""
    venv.create(tmp_path / "empty", symlinks=True)
    libraries = next((tmp_path / "empty" / "lib").glob("python*")) / "site-packages"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(libraries)
    for name in ("msgspec", "websockets"):
        shutil.copytree(Path(sysconfig.get_path("platlib")) / name, libraries / name)
    command = (str(tmp_path / "empty" / "bin" / "python"), "-I", "-c", PROGRAM, station.ws)
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, cwd=tmp_path)
    assert process.stdout is not None
    first = await waiting.within(process.stdout.readline(), "the snapshot")
    await station.happen(hit("d1"))
    rest, complaints = await waiting.within(process.communicate(), "the dart")

    assert (process.returncode, complaints.decode(), first, rest) == (0, "", b"connected\n", b"T20\n")


def test_the_client_is_of_the_same_version() -> None:
    """Its version is that of the daemon, and it wants the same versions of what both need."""
    ours, whole = (tomllib.loads(path.read_text())["project"] for path in (ROOT / "dartd/client/pyproject.toml", ROOT / "pyproject.toml"))

    assert ours["version"] == whole["version"]
    assert {re.split("[<>=]", each)[0] for each in ours["dependencies"]} == {"msgspec", "websockets"}
    assert set(ours["dependencies"]) <= set(whole["dependencies"])
