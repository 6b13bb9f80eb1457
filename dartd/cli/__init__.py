"""The command `dartd`: subcommands that are imported on demand.

Camera processes import the module that their parent was started from, so nothing heavy may be imported here.
"""

import os
from importlib import import_module

import click

_COMMANDS = {
    "demo": "show a simulated board, without a camera",
    "init": "write a configuration with the cameras that are plugged in",
    "trust": "let phones and other computers trust the certificate of `dartd init --https`",
    "run": "run the daemon until SIGTERM or Ctrl-C",
    "relay": "serve the boards of a venue to any number of viewers, from NATS, without a camera or a store",
    "central": "store the events of all boards of a venue in one database, from NATS",
    "replay": "play a recording through the same camera processes and print its events",
    "record": "write a recording of the configured cameras, or of a simulated board",
    "check-config": "check a configuration and report errors",
    "key": "create, list and revoke API keys, also while the daemon runs",
    "user": "add and list accounts, and set passwords, also while the daemon runs",
    "calibrate": "calibrate a camera from images of the empty board, show the fit, check a calibration",
    "cameras": "list connected cameras in the format of the configuration",
    "doctor": "check everything that dartd needs, and report problems and remedies",
    "rebuild": "make throws, visits and other derived tables anew from the journal, while the daemon is stopped",
    "backup": "copy the database into a file, also while the daemon runs",
    "restore": "put a backup in the place of the database, while the daemon is stopped",
    "export": "export verified throws with images and true beds, to train a detector with, also while the daemon runs",
    "import": "import results that were played elsewhere, while the daemon is stopped",
    "install-service": "start dartd with the machine, as a service of systemd (as root)",
    "uninstall-service": "stop and remove the service (as root)",
    "schema": "print the JSON Schema of every event, or write them to a folder",
}

_MODULES = {"import": "import_results"}  # of commands that cannot be the name of a module

_EPILOG = """\b
Try it without a camera:
  dartd demo               then open http://localhost:8000/
With cameras:
  dartd init               write a configuration with the cameras that are plugged in
  dartd doctor             check cameras, disk, database, port and clock
  dartd run                then open http://localhost:8000/
  dartd install-service    as root: start it with the machine

Exit status: 0 success, 1 failure, 2 usage error (an option, the configuration or a recording is not valid).
"""


class LazyGroup(click.Group):
    """A command group that imports each command from the module of its name."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the command names in the order in which a new user needs them."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import and return one command."""
        if cmd_name not in _COMMANDS:
            return None
        # One thread for linear algebra in this process and its children: with more, the last digits of results vary.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        module = _MODULES.get(cmd_name, cmd_name.replace("-", "_"))
        command: click.Command = import_module(f"dartd.cli.{module}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


def _show_version(ctx: click.Context, _parameter: click.Parameter, value: object) -> None:
    if value and not ctx.resilient_parsing:
        click.echo(f"dartd {import_module('dartd.daemon').version()}")
        ctx.exit()


@click.command(cls=LazyGroup, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version, help="Print the version and exit.")
def main() -> None:
    """Turn a steel-tip dartboard with cameras into an event hub that publishes every dart and every visit.

    Each camera is read by its own process; the daemon fuses their detections, stores every event in a journal, and publishes it over
    WebSocket and HTTP. Without cameras in the configuration they are added on the page /board.
    """
