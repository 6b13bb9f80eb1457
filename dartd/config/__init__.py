"""The configuration: every key with its default and bounds, from a TOML file and from the environment, which takes precedence.

Errors contain the path, what was expected, what was found and a remedy, and never secrets (tokens, credentials in camera
addresses).
"""

from dartd.config.load import load_config
from dartd.config.neighbours import CompatConfig, MdnsConfig, MqttConfig, NatsConfig
from dartd.config.redaction import redact_url
from dartd.config.scenario import load_scenario
from dartd.config.sections import (
    AlertRuleConfig,
    AlertsConfig,
    AuthConfig,
    BackupConfig,
    BoardConfig,
    BotConfig,
    CacheConfig,
    CameraConfig,
    Config,
    ControlsConfig,
    CorrectionsConfig,
    ImagesConfig,
    LensConfig,
    LimitsConfig,
    LogConfig,
    ServerConfig,
    SessionsConfig,
    StoreConfig,
    VisitConfig,
    WebhooksConfig,
    WsConfig,
)

__all__ = [
    "AlertRuleConfig",
    "AlertsConfig",
    "AuthConfig",
    "BackupConfig",
    "BoardConfig",
    "BotConfig",
    "CacheConfig",
    "CameraConfig",
    "CompatConfig",
    "Config",
    "ControlsConfig",
    "CorrectionsConfig",
    "ImagesConfig",
    "LensConfig",
    "LimitsConfig",
    "LogConfig",
    "MdnsConfig",
    "MqttConfig",
    "NatsConfig",
    "ServerConfig",
    "SessionsConfig",
    "StoreConfig",
    "VisitConfig",
    "WebhooksConfig",
    "WsConfig",
    "load_config",
    "load_scenario",
    "redact_url",
]
