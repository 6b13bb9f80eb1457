"""Load the configuration at start: read the file, apply the environment, check everything."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from dartd.config.contradictions import contradictions
from dartd.config.directories import state_directory
from dartd.config.environment import overlay
from dartd.config.refusal import refusal
from dartd.config.sections import Config
from dartd.config.validity import invalid_values, valid_part
from dartd.errors import ConfigError


def load_config(path: Path | None, environ: Mapping[str, str]) -> Config:
    """Return the configuration from a file (None: the defaults) and the environment; its state directory is named in full.

    Raises:
        ConfigError: values are not valid; the message has a line for each: its path, what was expected and found, and a remedy.
    """
    values = {} if path is None else read_toml(path)
    origins = overlay(values, environ)
    try:
        config = msgspec.convert(values, Config)
    except msgspec.ValidationError:
        raise _all_refusals(values, origins) from None
    if faults := list(contradictions(config)):
        raise ConfigError("\n".join(f"{where}: {reason}" for where, reason in faults), path=faults[0][0])
    try:
        state_path = Path(config.state_dir).expanduser() if config.state_dir else state_directory(environ)
    except RuntimeError as error:  # there is no home
        raise ConfigError(f"$.state_dir: {error} set state_dir to an absolute path", path="$.state_dir") from None
    return msgspec.structs.replace(config, state_dir=str(state_path))


def _all_refusals(values: dict[str, Any], origins: Mapping[str, str]) -> ConfigError:
    """Return one error with a line for each invalid value, then for each contradiction between the valid ones."""
    refusals = [refusal(message, values, origins) for message in invalid_values(values, Config)]
    paths = [str(each.details["path"]) for each in refusals]
    has_faulty_camera = any(path.startswith("$.cameras") for path in paths)
    lines = [each.message for each in refusals]
    for where, reason in contradictions(valid_part(values, Config)):
        if not (has_faulty_camera and where.startswith("$.cameras")) and where not in paths:
            lines.append(f"{where}: {reason}")
    return ConfigError("\n".join(lines), path=paths[0])


def read_toml(path: Path) -> dict[str, Any]:
    """Return the content of a TOML file.

    Raises:
        ConfigError: it cannot be read, or is not TOML.
    """
    try:
        return tomllib.loads(path.read_bytes().decode())
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file, name the configuration with --config or DARTD_CONFIG", path=str(path)) from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read, {error.strerror}", path=str(path)) from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: byte {error.start} is not UTF-8, save the file as UTF-8 text", path=str(path)) from None
    except RecursionError:
        raise ConfigError(f"{path}: broken TOML, nested too deep", path=str(path)) from None
    except ValueError as error:  # also of a number with thousands of digits, which is no TOMLDecodeError
        # The parser's message may quote a value with a credential: only its kind and position are reported.
        position = re.search(r"\(at (line \d+, column \d+|end of document)\)$", str(error))
        reason = re.sub(r"[:'\"].*", "", str(error).removesuffix(position[0] if position else "")).strip()
        raise ConfigError(f"{path}: {position[1] if position else 'somewhere'}: broken TOML, {reason}", path=str(path)) from None
