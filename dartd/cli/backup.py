"""`dartd backup`."""

import os
from pathlib import Path

import click

from dartd.cli.configuration import find_config
from dartd.cli.failure import reported_errors
from dartd.config import load_config
from dartd.store.backends import back_up, size_bytes


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--config", "path", type=click.Path(path_type=Path), help="The configuration; default: the one of `dartd run`.")
def command(file: Path, path: Path | None) -> None:
    """Copy the database into FILE, as it is at one moment. The daemon may run.

    The copy contains the journal, matches, players with photos, accounts and keys (as hashes). Images of throws, the secrets of this
    machine and the configuration are other files and not part of it. FILE must not exist. `dartd restore FILE` puts it back.
    FILE is a database of SQLite, also if the database is one of PostgreSQL: it can be put back into either.
    The daemon makes such copies by itself, see [backup] in the configuration.
    """
    with reported_errors():
        store = load_config(find_config(path, os.environ), os.environ).store_location
        with click.progressbar(length=size_bytes(store), label=f"copying {store}") as bar:

            def advance(done_bytes: int) -> bool:
                bar.update(done_bytes - bar.pos)
                return True

            copied_bytes = back_up(store, file, advance)
            bar.update((bar.length or 0) - bar.pos)
    click.echo(f"{file}: {copied_bytes / 1e6:.1f} MB")
