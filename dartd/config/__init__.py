"""The configuration: every key with its default and bounds, from a TOML file and the environment, which wins.

Whatever is wrong is refused with its path, what was expected, what was found and a way out. Secrets (tokens, credentials in camera
addresses) are never told.
"""

from dartd.config.load import load_config
from dartd.config.redaction import redact_url
from dartd.config.scenario import load_scenario
from dartd.config.sections import (
    AuthConfig,
    BoardConfig,
    CameraConfig,
    Config,
    ControlsConfig,
    ImagesConfig,
    LensConfig,
    LimitsConfig,
    LogConfig,
    ServerConfig,
    StoreConfig,
    VisitConfig,
    WsConfig,
)

__all__ = [
    "AuthConfig",
    "BoardConfig",
    "CameraConfig",
    "Config",
    "ControlsConfig",
    "ImagesConfig",
    "LensConfig",
    "LimitsConfig",
    "LogConfig",
    "ServerConfig",
    "StoreConfig",
    "VisitConfig",
    "WsConfig",
    "load_config",
    "load_scenario",
    "redact_url",
]
