"""How a command ends that cannot do what it was asked."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from dartd.errors import ConfigError, DartdError, RecordingError

BROKE = 1
MAKES_NO_SENSE = 2


@contextmanager
def told_failures() -> Iterator[None]:
    """Tell an error that we raise on purpose in one line on stderr and exit; anything else keeps its traceback.

    Raises:
        SystemExit: with 2 when what was asked makes no sense, 1 when something else was wrong.
    """
    try:
        yield
    except DartdError as error:
        _exit_with(error)
    except BaseExceptionGroup as group:
        # a part of the daemon that was missing at its start comes out of the task group alone
        alone = _only_error(group)
        if alone is None:
            raise
        _exit_with(alone)


def _exit_with(error: DartdError) -> None:
    click.echo(f"dartd: {error.message}", err=True)
    sys.exit(MAKES_NO_SENSE if isinstance(error, ConfigError | RecordingError) else BROKE)


def _only_error(group: BaseException) -> DartdError | None:
    while isinstance(group, BaseExceptionGroup) and len(group.exceptions) == 1:
        group = group.exceptions[0]
    return group if isinstance(group, DartdError) else None
