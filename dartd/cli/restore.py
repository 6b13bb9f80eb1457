"""`dartd restore`."""

import os
import time
from pathlib import Path

import click

from dartd.cli.configuration import find_config
from dartd.cli.failure import reported_errors
from dartd.config import load_config
from dartd.store.backends import restore


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--config", "path", type=click.Path(path_type=Path), help="The configuration; default: the one of `dartd run`.")
def command(file: Path, path: Path | None) -> None:
    """Put the backup FILE in the place of the database. The daemon must be stopped.

    The database that was there is kept next to it under another name (one of PostgreSQL: as a backup in the state directory). A file that
    is damaged, of another program or of a newer dartd is refused. Events go on as another stream: clients notice, and read everything anew.
    """
    with reported_errors():
        store = load_config(find_config(path, os.environ), os.environ).store_location
        suffix = time.strftime(".replaced-%Y%m%dT%H%M%SZ", time.gmtime())
        with click.progressbar(length=file.stat().st_size if file.is_file() else 0, label=f"restoring {store}") as bar:

            def advance(done_bytes: int) -> bool:
                bar.update(done_bytes - bar.pos)
                return True

            aside = restore(file, store, suffix=suffix, advance=advance)
    click.echo(f"{store} is {file} now" + (f"; what was there is kept as {aside}" if aside is not None else ""))
