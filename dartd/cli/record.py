"""`dartd record`."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import click

from dartd.cli.configuration import find_config
from dartd.cli.failure import reported_errors
from dartd.config import load_config
from dartd.errors import ConfigError
from dartd.replay.recorder import record


@click.command("record")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--seconds", type=click.FloatRange(min=1, max=3600), default=30.0, show_default=True, help="Duration of the recording.")
@click.option("--config", "path", type=click.Path(path_type=Path), help="The cameras' configuration; as for `dartd run`.")
@click.option(
    "--simulate", "url", metavar="URL", help="Record a simulated sequence with its ground truth instead: 'sim:?rig=1&seed=7&story=tc8_2'."
)
def command(folder: Path, seconds: float, path: Path | None, url: str | None) -> None:
    """Record the configured cameras into DIR, for `dartd replay DIR`.

    Stop the daemon first: a camera can be used by only one program.
    """
    if url is not None:
        options = ["--url", url, "--record", str(folder), "--seconds", str(seconds)]
        sys.exit(subprocess.run([sys.executable, "-m", "workers.sources.simulator", *options], check=False).returncode)  # noqa: S603
    with reported_errors():
        config = load_config(find_config(path, os.environ), os.environ)
        if not config.cameras:
            raise ConfigError("$.cameras: no camera is configured: add [[cameras]] with id and url for each one", path="$.cameras")
        shown_s = 0.0
        with click.progressbar(length=round(seconds), file=sys.stderr, label="record", hidden=not sys.stderr.isatty()) as bar:

            def advance(at_s: float) -> None:
                nonlocal shown_s
                bar.update(int(at_s) - int(shown_s))
                shown_s = at_s

            count = asyncio.run(record([camera.source for camera in config.cameras], folder, seconds, on_progress=advance))
    click.echo(f"{count} images of {len(config.cameras)} cameras in {folder}; play them with: dartd replay {folder}")
