"""The command `dartd`: a table of subcommands, each loaded only when it is asked for.

Every camera process imports the module that its parent was started from, so nothing heavy may be imported here.
"""

import os
from importlib import import_module

import click

_COMMANDS = {
    "run": "run the daemon until SIGTERM or Ctrl-C",
    "replay": "play a recording through the same cameras' processes and tell what happened in it",
    "record": "write a recording of the configured cameras, or of a simulated board",
    "check-config": "say whether a configuration is right, and what is wrong with it",
    "key": "make, list and revoke API keys, also while the daemon runs",
    "user": "add and list accounts, and set passwords, also while the daemon runs",
    "calibrate": "calibrate a camera from pictures of the empty board, show the fit, check a calibration",
    "cameras": "list the cameras that are plugged in, as the configuration wants them",
    "doctor": "look at everything that dartd needs, and say what is wrong and how to mend it",
    "schema": "print the JSON Schema of every event, or write them to a folder",
}

_EPILOG = """\b
Try it without a camera:
  dartd run --config config/simulator.toml
With cameras:
  dartd cameras                      what is plugged in, ready to paste
  dartd check-config my.toml         what is wrong, before it matters
  dartd doctor --config my.toml      looks through the cameras, at disk, database, port and clock
  dartd run --config my.toml         then open http://localhost:8000/

Exit status: 0 all well, 1 something broke, 2 what was asked makes no sense (an option, the configuration, a recording).
"""


class LazyGroup(click.Group):
    """A group whose commands live in modules of their own, named as the command."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Name the commands in the order of a first day."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Load one command."""
        if cmd_name not in _COMMANDS:
            return None
        # One thread for linear algebra, in this process and its children: with more, last digits differ from run to run.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        command: click.Command = import_module(f"dartd.cli.{cmd_name.replace('-', '_')}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


def _show_version(ctx: click.Context, _parameter: click.Parameter, value: object) -> None:
    if value and not ctx.resilient_parsing:
        click.echo(f"dartd {import_module('dartd.daemon').version()}")
        ctx.exit()


@click.command(cls=LazyGroup, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version, help="Print the version and exit.")
def main() -> None:
    """A steel-tip dartboard with cameras becomes an event hub: every dart, every visit, told to whoever listens.

    Cameras are read by one process each, the daemon fuses what they see, keeps every event in a journal, and tells it over WebSocket and
    HTTP. There is no camera by default: a configuration names them, or the simulator.
    """
