"""`dartd check-config`."""

import os
from pathlib import Path

import click

from dartd.cli.configuration import find_config
from dartd.cli.failure import reported_errors
from dartd.config import CameraConfig, Config, load_config, redact_url


@click.command("check-config")
@click.argument("path", type=click.Path(path_type=Path), required=False)
def command(path: Path | None) -> None:
    """Check a configuration together with the environment, and print what would run.

    Without PATH the file that `dartd run` would use. If it is not valid, exit with status 2 and print the path of the key.
    """
    with reported_errors():
        found = find_config(path, os.environ)
        config = load_config(found, os.environ)
    click.echo(f"{found} is right")
    for line in describe(config):
        click.echo(f"  {line}")


def describe(config: Config) -> list[str]:
    """Return lines that describe what would run, without secrets."""
    return [
        f"board {config.board.id} ({config.board.name})",
        f"listens on {config.server.host}:{config.server.port}",
        f"store {config.store_location}",
        *(_camera(camera) for camera in config.cameras),
        *(() if config.cameras else ("no cameras: they are added on the page /board",)),
    ]


def _camera(camera: CameraConfig) -> str:
    return f"camera {camera.id}: {redact_url(camera.url)}, {camera.width}x{camera.height} at {camera.fps:g} frames/s"
