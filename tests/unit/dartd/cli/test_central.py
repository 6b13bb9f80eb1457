"""`dartd central`."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from dartd.cli import main
from tests.support.postgres import journalled, location_of


def test_a_central_store_needs_an_address(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In one line, with what to set; and a rebuild of an empty store is none."""
    monkeypatch.delenv("DARTD_CONFIG", raising=False)
    monkeypatch.setenv("DARTD_STATE_DIR", str(tmp_path))
    refused = CliRunner().invoke(main, ["central"])
    rebuilt = CliRunner().invoke(main, ["central", "--rebuild"], env={"DARTD_NATS_URL": "nats://127.0.0.1:1"})

    assert (refused.exit_code, "DARTD_NATS_URL" in refused.output) == (2, True)
    assert rebuilt.exit_code == 0
    assert journalled(location_of(tmp_path / "dartd.db")) == []
