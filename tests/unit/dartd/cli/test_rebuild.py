"""`dartd rebuild` on real stores."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner

from dartd.cli import main
from dartd.store.journal import Journal
from schemas.base import BoardId
from tests.support.throws import hit


def _config(tmp_path: Path) -> Path:
    path = tmp_path / "dartd.toml"
    path.write_text(f'state_dir = "{tmp_path}"\n')
    return path


async def _store(tmp_path: Path) -> Path:
    journal = await asyncio.to_thread(Journal.open, tmp_path / "dartd.db", BoardId("main"))
    await journal.append([hit("d1"), hit("d2", 2)], at_s=1.0)
    await asyncio.to_thread(journal.close)
    return tmp_path / "dartd.db"


def _throws(path: Path) -> list[str]:
    connection = sqlite3.connect(path)
    rows = [throw_id for (throw_id,) in connection.execute("SELECT throw_id FROM throws ORDER BY seq")]
    connection.close()
    return rows


@pytest.mark.sqlite
def test_derived_tables_come_back_from_the_journal(tmp_path: Path) -> None:
    """Rows that were lost or never belonged there are as the journal says, and the command says what it read."""
    path = asyncio.run(_store(tmp_path))
    connection = sqlite3.connect(path)
    connection.execute("DELETE FROM throws WHERE throw_id = 'd1'")
    connection.execute("UPDATE throws SET throw_id = 'stray'")
    connection.commit()
    connection.close()
    result = CliRunner().invoke(main, ["rebuild", "--config", str(_config(tmp_path))])

    assert (result.exit_code, _throws(path)) == (0, ["d1", "d2"]), result.output
    assert "throws, 2 events" in result.output


def test_a_store_in_use_is_refused(tmp_path: Path) -> None:
    """The daemon must be stopped: the command names the process that holds the store and changes nothing."""
    path = asyncio.run(_store(tmp_path))
    journal = Journal.open(path, BoardId("main"))
    result = CliRunner().invoke(main, ["rebuild", "--config", str(_config(tmp_path))])
    journal.close()

    assert result.exit_code == 1
    assert "in use by another dartd" in result.output
