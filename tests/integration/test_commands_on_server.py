"""The commands of dartd on a store of PostgreSQL, as a person uses them."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from dartd.cli import main
from dartd.store.backends import report_on
from tests.support.postgres import PostgresServer
from tests.support.stores.dump import restore

pytestmark = [pytest.mark.slow, pytest.mark.postgresql]


def test_store_is_moved_to_a_server_and_looked_after_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A filled store of an earlier version must be moved, checked, rebuilt, backed up; no output may have the password."""
    config, moved, copy = tmp_path / "dartd.toml", tmp_path / "moved.db", tmp_path / "copy.db"
    config.write_text(f'state_dir = "{tmp_path}"\n')
    restore("r0009", tmp_path / "dartd.db")

    def run(*arguments: str) -> str:
        done = CliRunner().invoke(
            main, [*arguments, "--config", str(config)] if arguments[0] != "check-config" else [*arguments, str(config)]
        )
        assert done.exit_code == 0 or arguments[0] == "doctor", done.output
        return done.output

    with PostgresServer(durable=True) as server:
        server.execute("CREATE DATABASE darts")
        outputs = [run("backup", str(moved))]
        monkeypatch.setenv("DARTD_STORE_URL", server.url("darts", tmp_path).url)
        outputs += [run("check-config"), run("doctor"), run("restore", str(moved)), run("rebuild")]
        outputs += [run("user", "create", "ann", "--role", "viewer"), run("user", "list"), run("backup", str(copy)), run("doctor")]
        there, back = report_on(server.url("darts", tmp_path)), report_on(copy)

    assert there is not None
    assert back is not None
    assert there.count == back.count > 20
    assert "has no tables yet" in outputs[2]
    assert "is intact" in outputs[-1]
    assert "ann" in outputs[6]
    assert ["***@127.0.0.1" in outputs[k] for k in (1, 2, 3)] == [True, True, True]
    assert [output for output in outputs if "secret" in output.replace("secrets", "")] == []
