"""Packages that dartd does without until something needs them. Each belongs to an extra of pyproject.toml."""

import importlib
from types import ModuleType
from typing import Literal

from dartd.errors import ConfigError

Extra = Literal["caller", "mdns", "mqtt", "nats", "postgres", "reports"]


def remedy(extra: Extra) -> str:
    """Return the command that installs an extra."""
    return f"pip install 'dartd[{extra}]'"


def load(extra: Extra, module: str, *, path: str) -> ModuleType:
    """Import a module of an extra; `path` is the configuration key that needs it.

    Raises:
        ConfigError: it is not installed, or cannot be imported; the message has the remedy.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError:
        raise ConfigError(f"{path}: needs a package: {remedy(extra)}", path=path) from None
    except ImportError as error:  # such as a compiled part for another Python
        raise ConfigError(f"{path}: the package {module} cannot be loaded ({error}): {remedy(extra)}", path=path) from None
