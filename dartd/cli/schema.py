"""`dartd schema`."""

import json
from pathlib import Path

import click

from schemas.documents import documents, write


@click.command("schema")
@click.option("--out", "folder", type=click.Path(path_type=Path, file_okay=False), help="Write one file per document here.")
def command(folder: Path | None) -> None:
    """Print the JSON Schemas of all events as one JSON object by name, or write them to a folder."""
    if folder is None:
        click.echo(json.dumps(documents(), indent=2))
        return
    folder.mkdir(parents=True, exist_ok=True)
    write(folder)
    click.echo(f"{len(documents())} documents written to {folder}")
