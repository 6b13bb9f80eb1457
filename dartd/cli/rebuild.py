"""`dartd rebuild`."""

import os
from pathlib import Path

import click
import sqlalchemy as sa

from dartd.cli.configuration import find_config
from dartd.cli.failure import reported_errors
from dartd.config import Config, load_config
from dartd.store.journal import Journal
from dartd.store.tables import events


@click.command("rebuild")
@click.option("--config", "path", type=click.Path(path_type=Path), help="The configuration; default: the one of `dartd run`.")
def command(path: Path | None) -> None:
    """Make every derived table anew from the journal: throws, visits, and what is counted from them.

    The daemon must not run. People, keys and the journal itself stay as they are. Needed after a failed projection (`/health` names it);
    after an update dartd rebuilds by itself what needs it.
    """
    with reported_errors():
        failures = rebuild(load_config(find_config(path, os.environ), os.environ))
    for name, failure in failures.items():
        click.echo(f"{name} is incomplete: {failure}", err=True)
    raise SystemExit(1 if failures else 0)


def rebuild(config: Config) -> dict[str, str]:
    """Rebuild all projections of a store, with a progress bar; return the failure of each that is incomplete.

    Raises:
        StoreError: the store cannot be opened or written, or a daemon runs on it.
    """
    journal = Journal.open(config.store_location, config.board.board_id)
    try:
        registry, writer = journal.registry, journal.database.backend.writer
        for projection in registry.projections:
            counting = sa.select(sa.func.count()).where(events.c.event_type.in_(projection.event_types()))
            total = writer.execute(counting).scalar_one()
            with click.progressbar(length=total, label=f"{projection.name}, {total} events") as bar:
                done = 0

                def advance(read: int) -> None:
                    nonlocal done
                    bar.update(read - done)
                    done = read

                journal.database.backend.begin()
                registry.rebuild(writer, [projection], progress=advance)
                journal.database.backend.control("COMMIT")
        return dict(registry.failures)
    finally:
        journal.close()
