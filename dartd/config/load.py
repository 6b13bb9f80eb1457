"""The configuration is read once, at start: the file, the environment over it, and every check."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from dartd.config.contradictions import contradictions
from dartd.config.environment import overlay
from dartd.config.refusal import refusal
from dartd.config.sections import Config
from dartd.errors import ConfigError


def load_config(path: Path | None, environ: Mapping[str, str], *, cameras_required: bool = True) -> Config:
    """Read the file (none: the defaults), lay the environment over it, and check all of it.

    Raises:
        ConfigError: something is wrong; the message says where, what was expected and found, and a way out.
    """
    values = {} if path is None else read_toml(path)
    origins = overlay(values, environ)
    try:
        config = msgspec.convert(values, Config)
    except msgspec.ValidationError as error:
        raise refusal(str(error), values, origins) from None
    for where, reason in contradictions(config, cameras_required=cameras_required):
        raise ConfigError(f"{where}: {reason}", path=where)
    return config


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file.

    Raises:
        ConfigError: it cannot be read, or is no TOML.
    """
    try:
        return tomllib.loads(path.read_bytes().decode())
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file, name the configuration with --config or DARTD_CONFIG", path=str(path)) from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read, {error.strerror}", path=str(path)) from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: byte {error.start} is not UTF-8, save the file as UTF-8 text", path=str(path)) from None
    except tomllib.TOMLDecodeError as error:
        # the parser's words may quote a value that holds a credential: only its kind and place are told
        place = re.search(r"\(at (line \d+, column \d+|end of document)\)$", str(error))
        reason = re.sub(r"[:'\"].*", "", str(error).removesuffix(place[0] if place else "")).strip()
        raise ConfigError(f"{path}: {place[1] if place else 'somewhere'}: broken TOML, {reason}", path=str(path)) from None
