"""The choice of the database."""

import subprocess
import sys
from pathlib import Path

import pytest

from dartd.store.backends import report_on, size_bytes

WITHOUT_DRIVER = """
import sys
sys.modules["psycopg"] = None
from pathlib import Path
from dartd.config.database_url import DatabaseUrl
from dartd.errors import StoreError
import pytest

from dartd.store.backends import open_backend
try:
    open_backend(DatabaseUrl("postgresql+psycopg://ann:word@nowhere/darts", Path("lock")))
except StoreError as error:
    print(error)
"""


@pytest.mark.sqlite
def test_nothing_is_there_before_the_first_start(tmp_path: Path) -> None:
    """A store that was never opened must be none, of no size."""
    assert (report_on(tmp_path / "no.db"), size_bytes(tmp_path / "no.db")) == (None, 0)


@pytest.mark.slow
def test_driver_is_needed_for_an_address_only(tmp_path: Path) -> None:
    """A file needs no driver; an address without it must be refused with the remedy, and without its password."""
    done = subprocess.run([sys.executable, "-c", WITHOUT_DRIVER], capture_output=True, text=True, check=True)
    loaded = "import sys, dartd.store.journal; print('psycopg' in sys.modules)"
    file = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)

    assert "pip install 'dartd[postgres]'" in done.stdout
    assert "word" not in done.stdout
    assert file.stdout == "False\n"
