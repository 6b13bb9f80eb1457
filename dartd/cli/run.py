"""`dartd run`."""

import asyncio
import contextlib
import functools
import os
import sys
from pathlib import Path

import click
import uvloop

from dartd.cli.configuration import PRIVATE, find_config, log_of
from dartd.cli.failure import reported_errors
from dartd.config import load_config, load_scenario
from dartd.daemon import Daemon
from dartd.log import logging_to


@click.command("run")
@click.option(
    "--config",
    "path",
    type=click.Path(path_type=Path),
    help="The configuration; without it $DARTD_CONFIG, then ~/.config/dartd/dartd.toml, then /etc/dartd/dartd.toml.",
)
@click.option(
    "--faults",
    "scenario",
    type=click.Path(path_type=Path),
    help="Inject the faults of this scenario (see config/faults/); only with simulated cameras and recordings.",
)
def command(path: Path | None, scenario: Path | None) -> None:
    """Run the daemon in the foreground until SIGTERM or Ctrl-C.

    Environment variables take precedence over the file: server.port is DARTD_SERVER_PORT. At the first start an operator token is
    generated and stored in the state directory (and shown once on a terminal); commands such as POST /api/v1/board/reset need it as
    `Authorization: Bearer …`.
    """
    with reported_errors():
        run(find_config(path, os.environ), scenario)


def run(path: Path, scenario: Path | None) -> None:
    """Run the daemon on a configuration, with the faults of a scenario.

    Raises:
        DartdError: it cannot start; the message says why, and what to do.
    """
    os.umask(PRIVATE)
    config = load_config(path, os.environ)
    faults = None if scenario is None else load_scenario(scenario, config)
    with logging_to(sys.stderr, log_of(config)), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        read = functools.partial(load_config, path, os.environ)
        runner.run(Daemon(config, reread=read, announce=_announce, on_terminal=sys.stdout.isatty(), scenario=faults).run())


def _announce(text: str) -> None:
    with contextlib.suppress(UnicodeEncodeError):  # a QR code on a terminal without block characters
        click.echo(text)
    sys.stdout.flush()
