"""Finding the target of a camera process by its name."""

import subprocess
import sys
from pathlib import Path

import pytest

from dartd.runtime.launch import launch, resolve

ROOT = Path(__file__).resolve().parents[4]


def test_a_target_is_found_by_its_name() -> None:
    """`module:function` gives that function."""
    found: object = resolve("dartd.runtime.launch:launch")

    assert found is launch


@pytest.mark.parametrize("target", ["", "workers.entry", ":run", "workers.entry:"])
def test_a_name_of_another_form_is_refused(target: str) -> None:
    """What is not module:function is told with the form it should have."""
    with pytest.raises(ValueError, match="write it as module:function"):
        resolve(target)


def test_what_is_not_there_is_an_error_of_its_own() -> None:
    """A missing module and a missing function raise as an import would."""
    with pytest.raises(ModuleNotFoundError):
        resolve("no.such:thing")
    with pytest.raises(AttributeError, match="no_such"):
        resolve("dartd.runtime.launch:no_such")


def test_the_launcher_is_light() -> None:
    """What every child imports first carries nothing of the daemon: no server, no event loop, no OpenCV."""
    program = (
        "import sys, dartd.runtime.launch; print(sorted(set(sys.modules) & {'starlette', 'uvicorn', 'anyio', 'asyncio', 'cv2', 'msgspec'}))"
    )

    loaded = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()

    assert loaded == "[]"
