"""Single values that outlive a restart."""

import asyncio
from pathlib import Path

from dartd.store.database import Database
from dartd.store.metadata import remembered


async def test_first_value_is_remembered(tmp_path: Path) -> None:
    """What was remembered first is given ever after, also by the next process."""
    database = await asyncio.to_thread(Database.open, tmp_path / "dartd.db")
    first = await remembered(database, "epoch", "1.5")
    await asyncio.to_thread(database.close)
    database = await asyncio.to_thread(Database.open, tmp_path / "dartd.db")
    later = await remembered(database, "epoch", "2.5")
    await asyncio.to_thread(database.close)

    assert (first, later) == ("1.5", "1.5")
