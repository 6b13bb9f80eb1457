"""`dartd central`."""

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path

import anyio
import click
import uvloop

from dartd.central.central import Central
from dartd.central.ledger import Ledger
from dartd.cli.configuration import PRIVATE, log_of
from dartd.cli.failure import reported_errors
from dartd.config import Config, load_config
from dartd.errors import ConfigError
from dartd.log import logging_to
from dartd.outlets.nats.connection import check_package, keep_connected
from dartd.systemd import sd_notify


@click.command("central")
@click.option(
    "--config", "path", type=click.Path(path_type=Path), help="A configuration; without it the environment alone: no file is needed."
)
@click.option("--once", is_flag=True, help="Store what the stream has, then end.")
@click.option("--rebuild", is_flag=True, help="Make the derived tables anew from the stored events, then end.")
def command(path: Path | None, *, once: bool, rebuild: bool) -> None:
    """Store the events of all boards of a venue in one database, until SIGTERM or Ctrl-C.

    The database is that of [store]: a file in state_dir, or a database of PostgreSQL (DARTD_STORE_URL). It has the same tables as that of
    a board, of all boards together. It must be none that a board uses.
    """
    with reported_errors():
        named = os.environ.get("DARTD_CONFIG")
        config = load_config(path or (Path(named) if named else None), os.environ)
        if config.nats.url is None:
            raise ConfigError("$.nats.url: missing, the address of NATS: set DARTD_NATS_URL=nats://host:4222", path="$.nats.url")
        check_package(config.nats)
        os.umask(PRIVATE)
        with logging_to(sys.stderr, log_of(config)), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_rebuild(config) if rebuild else _follow(config, once=once))


async def _rebuild(config: Config) -> None:
    ledger = await asyncio.to_thread(Ledger.open, config.store_location)
    try:
        await ledger.rebuild()
    finally:
        await asyncio.to_thread(ledger.close)


async def _follow(config: Config, *, once: bool) -> None:
    ledger = await asyncio.to_thread(Ledger.open, config.store_location)
    try:
        central = Central(config.nats, ledger)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(keep_connected, config.nats, "dartd central", central.serve)
            tasks.start_soon(_end_on_signal, tasks.cancel_scope)
            sd_notify("READY=1")
            if once:
                await central.is_current.wait()
                tasks.cancel_scope.cancel()
    finally:
        with contextlib.suppress(OSError):
            click.echo(f"{ledger.stored} events stored, {ledger.skipped} were here already")
        await asyncio.to_thread(ledger.close)


async def _end_on_signal(scope: anyio.CancelScope) -> None:
    with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        async for _ in signals:
            scope.cancel()
            return
