"""`dartd demo`; that darts land is seen by the tests of the daemon on the same configuration."""

from click.testing import CliRunner

from dartd.cli import main


def test_runs_on_the_simulated_board() -> None:
    """An environment that is not valid is refused before anything starts: it is the configuration of the simulator that is loaded."""
    result = CliRunner().invoke(main, ["demo"], env={"DARTD_SERVER_PORT": "no port"})

    assert result.exit_code == 2
    assert "DARTD_SERVER_PORT" in result.output
