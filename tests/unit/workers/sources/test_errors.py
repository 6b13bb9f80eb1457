"""What goes wrong with a source."""

from workers.sources import SourceError as FromPackage
from workers.sources.errors import SourceError


def test_there_is_one_error_of_sources() -> None:
    """The package and its module name the same error, so that one except clause catches it."""
    assert FromPackage is SourceError
