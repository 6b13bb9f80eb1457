"""How a command ends that cannot do what it was asked."""

import pytest

from dartd.cli.failure import reported_errors
from dartd.errors import ConfigError, DartdError, RecordingError, StoreBusyError


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ConfigError("no"), 2),
        (RecordingError("no"), 2),
        (StoreBusyError("no"), 1),
        (ExceptionGroup("", [ExceptionGroup("", [StoreBusyError("no")])]), 1),
    ],
)
def test_error_of_ours_is_one_line_and_a_status(error: Exception, status: int, capsys: pytest.CaptureFixture[str]) -> None:
    """The message goes to stderr, without a traceback; 2 means that the asking was wrong."""
    with pytest.raises(SystemExit) as ended, reported_errors():
        raise error

    assert (ended.value.code, capsys.readouterr().err) == (status, "dartd: no\n")


@pytest.mark.parametrize("error", [ValueError("bug"), ExceptionGroup("", [DartdError("a"), ValueError("bug")])])
def test_other_error_keeps_its_traceback(error: Exception) -> None:
    """An exception that is not a DartdError is raised as it is."""
    with pytest.raises(type(error)), reported_errors():
        raise error
