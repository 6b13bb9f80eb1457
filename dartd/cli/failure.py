"""How commands report errors: one line on stderr and an exit status."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from dartd.errors import ConfigError, DartdError, RecordingError

FAILED = 1
USAGE_ERROR = 2


@contextmanager
def reported_errors() -> Iterator[None]:
    """Report a DartdError in one line on stderr and exit; other exceptions keep their traceback.

    Raises:
        SystemExit: with 2 for a usage error, 1 for any other DartdError.
    """
    try:
        yield
    except DartdError as error:
        _exit_with(error)
    except BaseExceptionGroup as group:
        # an error during the start of the daemon is wrapped by its task group
        alone = _only_error(group)
        if alone is None:
            raise
        _exit_with(alone)


def _exit_with(error: DartdError) -> None:
    click.echo(f"dartd: {error.message}", err=True)
    sys.exit(USAGE_ERROR if isinstance(error, ConfigError | RecordingError) else FAILED)


def _only_error(group: BaseException) -> DartdError | None:
    while isinstance(group, BaseExceptionGroup) and len(group.exceptions) == 1:
        group = group.exceptions[0]
    return group if isinstance(group, DartdError) else None
