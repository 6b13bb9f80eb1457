"""`dartd doctor`: from the command line to the exit status."""

import json
from pathlib import Path

from click.testing import CliRunner

from dartd.cli.doctor import command, table
from dartd.cli.system_checks import Finding
from tests.support.daemon import free_port, write_config


def test_findings_are_a_table_that_can_be_read() -> None:
    """One line for each finding, aligned, and below it how to repair it."""
    rows = list(
        table(
            [Finding(check="disk", verdict="ok", found="much"), Finding(check="camera left", verdict="bad", found="blurred", remedy="turn")]
        )
    )

    assert [row.replace("\x1b[32m", "").replace("\x1b[31m", "").replace("\x1b[0m", "") for row in rows] == [
        "disk         ok       much",
        "camera left  bad      blurred",
        "                      -> turn",
    ]


def test_a_wrong_configuration_is_all_that_is_reported(tmp_path: Path) -> None:
    """Status 2, and where it is wrong."""
    path = tmp_path / "dartd.toml"
    path.write_text("[server]\nprot = 1\n")
    result = CliRunner().invoke(command, ["--config", str(path), "--json"])
    report = json.loads(result.stdout)

    assert (result.exit_code, report["verdict"]) == (2, "bad")
    assert "$.server.prot" in report["findings"][0]["found"]


def test_a_board_that_cannot_be_seen_is_status_1(tmp_path: Path) -> None:
    """Cameras that show a plain grey picture have no board: reported by camera, everything else checked too, and nothing is made."""
    config = write_config(tmp_path, free_port(), cameras=1)
    result = CliRunner().invoke(command, ["--config", str(config), "--json"])
    report = json.loads(result.stdout)
    found = {each["check"]: each["verdict"] for each in report["findings"]}

    assert (result.exit_code, report["verdict"]) == (1, "bad")
    assert {"configuration", "state", "database", "port", "clock", "service", "camera cam0", "camera cam0 position"} <= set(found)
    assert found["camera cam0 position"] == "bad"
    assert found["port"] == "ok"
    assert not (tmp_path / "state").exists()
