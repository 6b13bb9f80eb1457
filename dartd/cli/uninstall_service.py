"""`dartd uninstall-service`."""

import click

from dartd.cli.failure import reported_errors
from dartd.cli.service_unit import require_root, uninstall


@click.command("uninstall-service")
@click.option("--purge", is_flag=True, help="Delete /etc/dartd and the state too: every throw, every player.")
def command(purge: bool) -> None:  # noqa: FBT001 - a flag of the command line
    """Stop the service and remove it (as root); configuration and state stay, unless they are to be deleted."""
    with reported_errors():
        require_root("uninstall-service")
        uninstall(purge=purge)
    click.echo("removed" if purge else "removed; /etc/dartd and /var/lib/dartd are kept")
