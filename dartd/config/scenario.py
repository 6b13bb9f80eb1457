"""Fault scenarios: TOML files with injected faults, for tests and demonstrations; rejected with real cameras."""

from pathlib import Path

import msgspec

from dartd.config.load import read_toml
from dartd.config.refusal import refusal, suggestion
from dartd.config.sections import Config
from dartd.errors import ConfigError
from schemas.faults import DAEMON_FAULTS, Scenario

FAULT_SCHEMES = ("sim:", "recording:")


def load_scenario(path: Path, config: Config) -> Scenario:
    """Return the faults to inject into a daemon with this configuration.

    Raises:
        ConfigError: the scenario is not valid, or a camera is a real one.
    """
    for index, camera in enumerate(config.cameras):
        if not camera.url.startswith(FAULT_SCHEMES):
            where = f"$.cameras[{index}].url"
            raise ConfigError(
                f"{where}: faults can only be injected with simulated cameras and recordings, start without --faults", path=where
            )
    values = read_toml(path)
    try:
        scenario = msgspec.convert(values, Scenario)
    except msgspec.ValidationError as error:
        raise refusal(str(error), values, {}, Scenario) from None
    known = [camera.id for camera in config.cameras]
    for index, fault in enumerate(scenario.faults):
        where = f"$.faults[{index}].camera"
        if fault.camera is not None and fault.kind in DAEMON_FAULTS:
            raise ConfigError(f"{where}: {fault.kind} affects the daemon and not a camera, leave it out", path=where)
        if fault.camera is not None and fault.camera not in known:
            raise ConfigError(f'{where}: there is no camera "{fault.camera}", {suggestion(fault.camera, known)}', path=where)
    return scenario
