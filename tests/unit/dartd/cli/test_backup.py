"""`dartd backup` next to an open store."""

import asyncio
from pathlib import Path

from click.testing import CliRunner

from dartd.cli import main
from dartd.store.backends import report_on
from dartd.store.journal import Journal
from schemas.base import BoardId
from tests.support.throws import hit


async def _append(journal: Journal) -> None:
    await journal.append([hit("d1"), hit("d2", 2)], at_s=1.0)


def _events(store: Path) -> int:
    report = report_on(store)
    assert report is not None
    return report.count


def test_a_store_in_use_is_copied(tmp_path: Path) -> None:
    """The copy has the events; a second one to the same file is refused in one line."""
    config, copy = tmp_path / "dartd.toml", tmp_path / "copy.db"
    config.write_text(f'state_dir = "{tmp_path}"\n')
    journal = Journal.open(tmp_path / "dartd.db", BoardId("main"))
    asyncio.run(_append(journal))
    arguments = ["backup", str(copy), "--config", str(config)]
    first, second = [CliRunner().invoke(main, arguments) for _ in range(2)]
    journal.close()

    assert first.exit_code == 0, first.output
    assert f"{copy}: 0." in first.output
    assert _events(copy) == 2
    assert (second.exit_code, "nothing is overwritten" in second.output) == (1, True)
