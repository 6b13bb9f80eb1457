"""`dartd calibrate`."""

import os
import subprocess
import sys
from pathlib import Path

import click

from dartd.cli.failure import told_failures
from dartd.cli.verifying import compare
from dartd.config import load_config
from schemas.codec import encode_json


@click.command("calibrate")
@click.argument("pictures", nargs=-1, metavar="PICTURE…", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--camera-id", default="cam0", show_default=True, help="Whose calibration it is.")
@click.option(
    "--near-sector", type=click.IntRange(1, 20), metavar="SECTOR", help="The sector nearest to the camera, if the numbers are unreadable."
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the calibration here as JSON instead of to stdout.")
@click.option(
    "--overlay", type=click.Path(path_type=Path, dir_okay=False), help="Write the picture with the calibration drawn over it here."
)
@click.option(
    "--check", metavar="JSON", type=click.Path(path_type=Path, dir_okay=False), help="Check this calibration instead of taking one."
)
@click.option(
    "--points",
    metavar="'X,Y X,Y X,Y X,Y'",
    help="Do not look for the board: it is where the wires 5|20, 6|13, 3|17 and 8|11 meet the outer edge of the doubles at these pixels.",
)
@click.option("--lens", is_flag=True, help="Find the lens instead, from pictures of a chessboard: 9x6 inner corners, 25 mm apart.")
@click.option(
    "--verify",
    metavar="'BED BED…'",
    help="Instead, compare what a running daemon tells with darts put into these beds one by one: 'T20 D16 BULL'.",
)
@click.option("--url", default="ws://localhost:8000/ws", show_default=True, help="Where that daemon is.")
@click.option("--config", "path", type=click.Path(path_type=Path), help="Take the rings of the board from here instead of the usual ones.")
def command(
    pictures: tuple[Path, ...], *, verify: str | None, url: str, path: Path | None, **given: Path | str | int | bool | None
) -> None:
    """Calibrate one camera from pictures of the empty board, and show how well it fits.

    A running daemon calibrates by itself; this is to see why it refuses, to keep a calibration, and to check one that was kept. Exit status
    1 when the calibration is refused (stderr says why), 2 when a file cannot be read.

    With --lens the pictures are of a flat chessboard, five and more, held before the camera tilted to all sides, the focus as it will stay;
    what comes out are lines for the configuration. Nearly every camera does well without: the board itself tells the lens.

    With --verify the daemon that runs is checked, and no picture is needed: push a dart into the middle of each named bed, take them out
    when the board is full, and read how far each was told from its bed. Exit status 1 when one was told in another bed.
    """
    if not (pictures or verify is not None):
        raise click.UsageError("give pictures of the empty board, or --verify with the beds that you will put darts into")
    with told_failures():
        config = load_config(path, os.environ if path else {}, cameras_required=False)
    if verify is not None:
        sys.exit(compare(verify, url, config.board.spec))
    options = [str(picture) for picture in pictures] + ["--board", encode_json(config.board.spec).decode()]
    for name, value in given.items():
        flag = f"--{name.replace('_', '-')}"
        options += [flag] if value is True else [] if value is None or value is False else [flag, str(value)]
    sys.exit(subprocess.run([sys.executable, "-m", "workers.calibration", *options], check=False).returncode)  # noqa: S603 (our own)
