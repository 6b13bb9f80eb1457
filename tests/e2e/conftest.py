"""A simulated board whose cameras know where they stand, made once for all tests that need one."""

import shutil
from pathlib import Path

import pytest

from tests.browser.conftest import browser, open_page, page  # noqa: F401  fixtures
from tests.support.simulation import calibrate

RIG = 8


@pytest.fixture(scope="session")
def calibrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder whose state has the calibrations of the cameras of rig `RIG`."""
    folder = tmp_path_factory.mktemp("calibrated")
    calibrate(folder, RIG)
    return folder


@pytest.fixture
def folder(calibrated: Path, tmp_path: Path) -> Path:
    """Give a test a copy of that state."""
    shutil.copytree(calibrated / "state", tmp_path / "state")
    return tmp_path
