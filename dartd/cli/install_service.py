"""`dartd install-service`."""

import sys
from pathlib import Path

import click

from dartd.cli.failure import reported_errors
from dartd.cli.init import write_config
from dartd.cli.service_unit import UNIT_PATH, install, require_root, socket_for, unit_for
from dartd.config import load_config
from dartd.config.directories import SYSTEM_CONFIG


@click.command("install-service")
def command() -> None:
    """Install dartd as a service of systemd that starts with the machine, and start it (as root).

    Writes dartd.service and dartd.socket to /etc/systemd/system, and /etc/dartd/dartd.toml if there is none. The socket keeps the port open
    while dartd restarts. A second time it updates them: do so after server.host or server.port was changed.
    """
    with reported_errors():
        require_root("install-service")
        unit = unit_for(Path(sys.argv[0]).absolute())
        if not SYSTEM_CONFIG.exists():
            click.echo(f"written: {write_config(SYSTEM_CONFIG, ask=sys.stdin.isatty())}")
        install(unit, socket_for(load_config(SYSTEM_CONFIG, {}).server))
    click.echo(f"written: {UNIT_PATH}\ndartd runs, and starts with the machine; its log: journalctl -u dartd -f")
