"""`dartd schema`."""

import json
from pathlib import Path

from click.testing import CliRunner

from dartd.cli.schema import command


def test_schemas_are_printed_or_written(tmp_path: Path) -> None:
    """What is printed by name is what is written to the folder."""
    printed = CliRunner().invoke(command, [])
    written = CliRunner().invoke(command, ["--out", str(tmp_path / "out")])

    documents = json.loads(printed.output)
    assert (printed.exit_code, written.exit_code) == (0, 0)
    assert {path.name.removesuffix(".json") for path in (tmp_path / "out").glob("*.json")} >= set(documents)
