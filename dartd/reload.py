"""Changing the configuration of a running daemon on SIGHUP: what can be changed is applied, and the rest is named."""

import asyncio
import logging
import ssl
from collections.abc import Callable, Iterator, Sequence
from typing import Final, Protocol

import msgspec

from dartd.alerts.rules import Rule
from dartd.auth.rate_limits import RateLimiter
from dartd.config import Config
from dartd.deciders import alert_rules
from dartd.errors import ConfigError, ListenError
from dartd.listening import load_certificate

_log = logging.getLogger(__name__)

APPLIED: Final = (
    "alerts.rules",
    "log.level",
    "server.debug",
    "limits.",
)  # keys, or their beginnings; certificates are read anew whether or not they moved


class RuleHolder(Protocol):
    """What judges by the rules of alerts."""

    def change_rules(self, rules: Sequence[Rule]) -> None:
        """Judge by these rules from now on."""


class Reload:
    """Reads the configuration anew and applies it; a configuration that is not valid changes nothing."""

    def __init__(
        self, config: Config, read: Callable[[], Config], limits: RateLimiter, alerts: RuleHolder, tls: ssl.SSLContext | None
    ) -> None:
        self._config = config
        self._read = read
        self._limits = limits
        self._alerts = alerts
        self._tls = tls

    async def apply(self) -> None:
        """Read the configuration, apply what can change while the daemon runs, and log which keys need a restart."""
        try:
            config = await asyncio.to_thread(self._read)
            if self._tls is not None:
                await asyncio.to_thread(load_certificate, self._tls, config)
        except (ConfigError, ListenError) as error:
            _log.error("the configuration was not read anew, and nothing was changed: %s", error)
            return
        changed = sorted(changed_keys(self._config, config))
        later = [key for key in changed if not key.startswith(APPLIED)]
        logging.getLogger().setLevel(config.log_level.upper())
        self._limits.change(rate_classes(config), admin_factor=config.limits.admin_factor)
        self._alerts.change_rules(alert_rules(config))
        applied = [key for key in changed if key.startswith(APPLIED)]
        server = msgspec.structs.replace(self._config.server, debug=config.server.debug)
        log = msgspec.structs.replace(self._config.log, level=config.log.level)
        self._config = msgspec.structs.replace(self._config, log=log, limits=config.limits, alerts=config.alerts, server=server)
        _log.info("the configuration was read anew: %s", f"changed {', '.join(applied)}" if applied else "nothing has changed")
        if later:
            _log.warning("these keys take effect at the next start: %s", ", ".join(later))


def rate_classes(config: Config) -> dict[str, int]:
    """Return the requests per minute of each rate class."""
    limits = config.limits
    return {name: getattr(limits, name) for name in ("default", "query", "metrics", "login", "corrections")}


def changed_keys(before: msgspec.Struct, after: msgspec.Struct, prefix: str = "") -> Iterator[str]:
    """Yield the dotted keys whose values differ; lists are compared as a whole."""
    for name in before.__struct_fields__:
        old, new = getattr(before, name), getattr(after, name)
        if isinstance(old, msgspec.Struct) and isinstance(new, msgspec.Struct):
            yield from changed_keys(old, new, f"{prefix}{name}.")
        elif old != new:
            yield prefix + name
