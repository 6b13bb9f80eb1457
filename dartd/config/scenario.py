"""A scenario: a TOML file of faults on purpose, for tests and demonstrations; never on cameras that people play with."""

from pathlib import Path

import msgspec

from dartd.config.load import read_toml
from dartd.config.refusal import refusal, suggestion
from dartd.config.sections import Config
from dartd.errors import ConfigError
from schemas.faults import DAEMON_FAULTS, Scenario

HARMLESS = ("sim:", "recording:")


def load_scenario(path: Path, config: Config) -> Scenario:
    """Read the faults that shall strike a daemon of this configuration.

    Raises:
        ConfigError: something is wrong, or a camera is a real one; the message says where and why.
    """
    for index, camera in enumerate(config.cameras):
        if not camera.url.startswith(HARMLESS):
            where = f"$.cameras[{index}].url"
            raise ConfigError(f"{where}: faults are for simulated cameras and recordings alone, start without --faults", path=where)
    values = read_toml(path)
    try:
        scenario = msgspec.convert(values, Scenario)
    except msgspec.ValidationError as error:
        raise refusal(str(error), values, {}, Scenario) from None
    known = [camera.id for camera in config.cameras]
    for index, fault in enumerate(scenario.faults):
        where = f"$.faults[{index}].camera"
        if fault.camera is not None and fault.kind in DAEMON_FAULTS:
            raise ConfigError(f"{where}: {fault.kind} strikes the daemon and no camera, leave it out", path=where)
        if fault.camera is not None and fault.camera not in known:
            raise ConfigError(f'{where}: there is no camera "{fault.camera}", {suggestion(fault.camera, known)}', path=where)
    return scenario
