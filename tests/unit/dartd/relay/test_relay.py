"""The composition root of a relay."""

import pytest

from dartd.config import Config
from dartd.errors import ConfigError
from dartd.relay.relay import Relay


def test_a_relay_needs_an_address() -> None:
    """And says how to give it."""
    with pytest.raises(ConfigError, match="DARTD_NATS_URL"):
        Relay(Config(), "0")
