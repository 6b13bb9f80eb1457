"""`python -m dartd`."""

import subprocess
import sys

import pytest


@pytest.mark.slow
def test_module_is_the_command() -> None:
    """`python -m dartd --version` answers as `dartd --version` does."""
    result = subprocess.run([sys.executable, "-m", "dartd", "--version"], capture_output=True, text=True, check=True)

    assert result.stdout.startswith("dartd ")
