"""`dartd restore` on real stores."""

import asyncio
from pathlib import Path

import pytest
from click.testing import CliRunner

from dartd.cli import main
from dartd.store.backends import back_up, report_on
from dartd.store.journal import Journal
from schemas.base import BoardId
from tests.support.throws import hit


async def _append(journal: Journal, throw_id: str, number: int) -> None:
    await journal.append([hit(throw_id, number)], at_s=1.0)


def _events(store: Path) -> int:
    report = report_on(store)
    assert report is not None
    return report.count


@pytest.mark.sqlite
def test_a_backup_takes_the_place_of_the_store(tmp_path: Path) -> None:
    """The store is the copy, the one from before is kept and named; while a daemon runs, or without a file, nothing changes."""
    config, copy, store = tmp_path / "dartd.toml", tmp_path / "copy.db", tmp_path / "dartd.db"
    config.write_text(f'state_dir = "{tmp_path}"\n')
    journal = Journal.open(store, BoardId("main"))
    asyncio.run(_append(journal, "d1", 1))
    back_up(store, copy)
    asyncio.run(_append(journal, "d2", 2))
    arguments = ["restore", str(copy), "--config", str(config)]
    running = CliRunner().invoke(main, arguments)
    journal.close()
    stopped = CliRunner().invoke(main, arguments)
    missing = CliRunner().invoke(main, ["restore", str(tmp_path / "no.db"), "--config", str(config)])
    (kept,) = tmp_path.glob("dartd.db.replaced-*")

    assert (running.exit_code, "in use by another dartd" in running.output) == (1, True)
    assert stopped.exit_code == 0, stopped.output
    assert str(kept) in stopped.output
    assert (_events(store), _events(kept)) == (1, 2)
    assert (missing.exit_code, "does not exist" in missing.output) == (1, True)
