"""`dartd calibrate`."""

import os
import subprocess
import sys
from pathlib import Path

import click

from dartd.cli.failure import reported_errors
from dartd.cli.verification import compare
from dartd.config import load_config
from schemas.codec import encode_json


@click.command("calibrate")
@click.argument("pictures", nargs=-1, metavar="PICTURE…", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--camera-id", default="cam0", show_default=True, help="The id of the camera.")
@click.option(
    "--near-sector", type=click.IntRange(1, 20), metavar="SECTOR", help="The sector nearest to the camera, if the numbers are unreadable."
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the calibration here as JSON instead of to stdout.")
@click.option("--overlay", type=click.Path(path_type=Path, dir_okay=False), help="Write the image with the calibration drawn over it here.")
@click.option(
    "--check", metavar="JSON", type=click.Path(path_type=Path, dir_okay=False), help="Check this calibration instead of computing one."
)
@click.option(
    "--points",
    metavar="'X,Y X,Y X,Y X,Y'",
    help="Do not search the board: these pixels are where wires 5|20, 6|13, 3|17 and 8|11 meet the outer edge of the doubles.",
)
@click.option("--lens", is_flag=True, help="Calibrate the lens instead, from images of a chessboard with 9x6 inner corners, 25 mm apart.")
@click.option(
    "--verify",
    metavar="'BED BED…'",
    help="Instead, compare the events of a running daemon with darts put into these beds one by one: 'T20 D16 BULL'.",
)
@click.option("--url", default="ws://localhost:8000/ws", show_default=True, help="The address of that daemon.")
@click.option("--config", "path", type=click.Path(path_type=Path), help="Take the radii of the board from here instead of the defaults.")
def command(
    pictures: tuple[Path, ...], *, verify: str | None, url: str, path: Path | None, **given: Path | str | int | bool | None
) -> None:
    """Calibrate one camera from images of the empty board, and report the residuals.

    A running daemon calibrates by itself; use this command to find out why it refuses, to store a calibration, or to check a stored one.
    Exit status 1 if the calibration is refused (the reason is on stderr), 2 if a file cannot be read.

    With --lens the images show a flat chessboard: at least five, tilted in all directions, with the final focus. The output is the lens
    section of the configuration. Nearly all cameras work without it: the lens is calibrated from the board.

    With --verify a running daemon is checked and no image is needed: push a dart into the middle of each named bed, remove the darts when
    the board is full, and read the distance of each dart from its bed. Exit status 1 if a dart was reported in another bed.
    """
    if not (pictures or verify is not None):
        raise click.UsageError("give images of the empty board, or --verify with the beds of the darts")
    with reported_errors():
        config = load_config(path, os.environ if path else {})
    if verify is not None:
        sys.exit(compare(verify, url, config.board.spec))
    options = [str(picture) for picture in pictures] + ["--board", encode_json(config.board.spec).decode()]
    for name, value in given.items():
        flag = f"--{name.replace('_', '-')}"
        options += [flag] if value is True else [] if value is None or value is False else [flag, str(value)]
    sys.exit(subprocess.run([sys.executable, "-m", "workers.calibration", *options], check=False).returncode)  # noqa: S603 (our own)
