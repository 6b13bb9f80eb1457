"""`dartd demo`."""

from pathlib import Path

import click

from dartd.cli.failure import reported_errors
from dartd.cli.run import run
from dartd.config.directories import shipped


@click.command("demo")
@click.option(
    "--faults",
    "scenario",
    type=click.Path(path_type=Path),
    help="Inject the faults of this scenario (see config/faults/).",
)
def command(scenario: Path | None) -> None:
    """Show a simulated board: three cameras film a rendered board on which visits are thrown; no camera is needed.

    Open the printed address in a browser. The state is kept in ~/.local/state/dartd-demo (or $DARTD_STATE_DIR), apart from that of a
    real board; delete the folder to begin anew.
    """
    with reported_errors():
        run(shipped("simulator.toml"), scenario)
