"""Files that the configuration does not name: state, configuration of a user or the system, what comes with dartd."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

SYSTEM_CONFIG: Final = Path("/etc/dartd/dartd.toml")
SYSTEM_STATE: Final = Path("/var/lib/dartd")


def shipped(name: str) -> Path:
    """Return the path of a file of the folder `config`: inside the package in an installed wheel, else in the clone."""
    package = Path(__file__).parents[1]
    installed = package / "shipped" / name
    return installed if installed.exists() else package.parent / "config" / name


def user_config(environ: Mapping[str, str]) -> Path:
    """Return the path of a user's configuration: `dartd/dartd.toml` in $XDG_CONFIG_HOME, by default ~/.config."""
    return _base(environ, "XDG_CONFIG_HOME", ".config") / "dartd" / "dartd.toml"


def state_directory(environ: Mapping[str, str], *, system: Path = SYSTEM_STATE) -> Path:
    """Return where the state is kept if the configuration does not say.

    The first of: $STATE_DIRECTORY, as systemd sets it; /var/lib/dartd if this user may write there, or create it; `dartd` in
    $XDG_STATE_HOME, by default ~/.local/state.
    """
    if given := environ.get("STATE_DIRECTORY"):
        return Path(given.partition(":")[0])
    if os.access(system if system.exists() else system.parent, os.W_OK | os.X_OK):
        return system
    return _base(environ, "XDG_STATE_HOME", ".local/state") / "dartd"


def _base(environ: Mapping[str, str], variable: str, default: str) -> Path:
    """Return a directory of the XDG base directory specification: relative paths in its variables are ignored."""
    named = Path(environ.get(variable, ""))
    return named if named.is_absolute() else Path.home() / default
