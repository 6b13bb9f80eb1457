"""`dartd relay`."""

import pytest
from click.testing import CliRunner

from dartd.cli import main


def test_a_relay_without_an_address_is_a_usage_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """In one line, with what to set."""
    monkeypatch.delenv("DARTD_CONFIG", raising=False)
    result = CliRunner().invoke(main, ["relay"])

    assert (result.exit_code, "DARTD_NATS_URL" in result.output) == (2, True)
