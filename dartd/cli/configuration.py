"""The path of the configuration file, and what commands take from the configuration before anything else."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from dartd.config import Config, LogConfig
from dartd.config.directories import SYSTEM_CONFIG, user_config
from dartd.errors import ConfigError

PRIVATE = 0o077  # umask: the database, the pictures of throws and the secrets are for this user alone


def find_config(given: Path | None, environ: Mapping[str, str], *, known: Sequence[Path] | None = None) -> Path:
    """Return the file named on the command line, else in DARTD_CONFIG, else the first of `known` that exists.

    `known`: by default the user's and the system's, where `dartd init` writes them.

    Raises:
        ConfigError: there is none; the message names the alternatives.
    """
    if given is not None:
        return given
    if named := environ.get("DARTD_CONFIG"):
        return Path(named)
    places = known if known is not None else (user_config(environ), SYSTEM_CONFIG)
    for path in places:
        if path.is_file():
            return path
    raise ConfigError(
        f"no configuration found: there is neither {' nor '.join(map(str, places))}; `dartd init` writes one, --config or DARTD_CONFIG "
        "name another, `dartd demo` shows a simulated board"
    )


def log_of(config: Config) -> LogConfig:
    """Return the log configuration; with `server.debug` the level is debug."""
    return msgspec.structs.replace(config.log, level=config.log_level)
