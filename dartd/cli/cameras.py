"""`dartd cameras`."""

import subprocess
import sys
from pathlib import Path

import click


@click.command("cameras")
@click.option("--pictures", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Take a picture of each camera here.")
def command(pictures: Path | None) -> None:
    """List the cameras that are plugged in by the port they are plugged into, ready to paste into the configuration."""
    options = ["--pictures", str(pictures)] if pictures else []
    # The daemon's side never loads OpenCV: looking at cameras is a process of its own here as everywhere.
    sys.exit(subprocess.run([sys.executable, "-m", "workers.sources.listing", *options], check=False).returncode)  # noqa: S603
