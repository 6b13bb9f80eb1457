"""`dartd relay`."""

import asyncio
import os
import sys
from pathlib import Path

import click
import uvloop

from dartd.cli.failure import reported_errors
from dartd.cli.run import log_of
from dartd.config import load_config
from dartd.daemon import version
from dartd.log import logging_to
from dartd.relay.relay import Relay


@click.command("relay")
@click.option(
    "--config",
    "path",
    type=click.Path(path_type=Path),
    help="A configuration; without it $DARTD_CONFIG, else the environment alone: no file is needed.",
)
def command(path: Path | None) -> None:
    """Serve the boards of a venue to any number of viewers, until SIGTERM or Ctrl-C.

    The boards publish to NATS JetStream ([nats] in their configuration); a relay needs its address, DARTD_NATS_URL, and neither camera
    nor store. Any number of relays may run behind one address. Open /venue for all boards.
    """
    with reported_errors():
        named = os.environ.get("DARTD_CONFIG")
        config = load_config(path or (Path(named) if named else None), os.environ)
        relay = Relay(config, version(), _announce)
        with logging_to(sys.stderr, log_of(config)), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(relay.run())


def _announce(text: str) -> None:
    click.echo(text)
    sys.stdout.flush()
