"""The version that is installed."""

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version


def version() -> str:
    """Return the installed version."""
    try:
        return installed_version("dartd")
    except PackageNotFoundError:
        return "0+source"
