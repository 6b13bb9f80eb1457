"""`dartd cameras`."""

import subprocess
import sys
from pathlib import Path

import click


@click.command("cameras")
@click.option(
    "--pictures", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Store an image of each camera in this folder."
)
def command(pictures: Path | None) -> None:
    """List connected cameras by their USB port, ready to paste into the configuration."""
    options = ["--pictures", str(pictures)] if pictures else []
    # The daemon never imports OpenCV: cameras are examined by a separate process.
    sys.exit(subprocess.run([sys.executable, "-m", "workers.sources.listing", *options], check=False).returncode)  # noqa: S603
