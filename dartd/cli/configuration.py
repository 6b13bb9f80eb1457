"""The path of the configuration file."""

from collections.abc import Mapping
from pathlib import Path

from dartd.errors import ConfigError

SYSTEM_PATH = Path("/etc/dartd/dartd.toml")


def find_config(given: Path | None, environ: Mapping[str, str], *, system: Path = SYSTEM_PATH) -> Path:
    """Return the file named on the command line, else in DARTD_CONFIG, else the system's.

    Raises:
        ConfigError: there is none; the message names the alternatives.
    """
    if given is not None:
        return given
    if named := environ.get("DARTD_CONFIG"):
        return Path(named)
    if system.is_file():
        return system
    raise ConfigError(
        f"no configuration found: name one with --config or DARTD_CONFIG, or put it at {system}; "
        "`--config config/simulator.toml` starts a simulated board, config/dartd.toml explains every key"
    )
