"""`dartd calibrate --verify`."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from dartd.cli.calibrate import command
from dartd.cli.verification import assess
from schemas.board import BoardSpec, bed_at, parse_bed
from tests.support.daemon import RunningDaemon, free_port

BOARD = BoardSpec()


@pytest.mark.parametrize(
    ("wanted", "x_mm", "y_mm", "ring", "sector", "off_mm"),
    [
        ("T20", 3.0, 103.0, True, True, 0.0),
        ("S20", 0.0, 60.0, True, True, 0.0),
        ("T20", 0.0, 109.5, False, True, 2.5),
        ("T20", 0.0, 97.0, False, True, 2.0),
        ("BULL", 0.0, -8.0, False, True, 1.65),
        ("25", 0.0, 20.0, False, True, 4.1),
        ("T20", -20.0, 101.0, True, False, 4.0),
        ("D3", 0.0, 166.0, True, False, 166.0),
        ("MISS", 0.0, 168.0, False, True, 2.0),
    ],
)
def test_a_dart_is_held_to_its_bed(wanted: str, x_mm: float, y_mm: float, *, ring: bool, sector: bool, off_mm: float) -> None:
    """Ring and sector are judged apart, and a dart outside its bed is measured to the nearest wire of it."""
    comparison = assess(x_mm, y_mm, bed_at(x_mm, y_mm, BOARD), parse_bed(wanted), BOARD)

    assert (comparison.ring, comparison.sector) == (ring, sector)
    assert comparison.off_mm == pytest.approx(off_mm, abs=0.25)


@pytest.mark.slow
def test_darts_of_a_running_daemon_are_compared(tmp_path: Path) -> None:
    """Each dart that the daemon publishes is printed next to the bed that was named; one in another bed is counted, and makes status 1."""
    port = free_port()
    config = tmp_path / "dartd.toml"
    cameras = "\n".join(
        f'[[cameras]]\nid = "cam{k}"\nurl = "sim:?rig=1&seed=7&story=tc8_2&camera={k}"\nwidth = 800\nheight = 600\nfps = 10'
        for k in range(3)
    )
    config.write_text(f'state_dir = "{tmp_path / "state"}"\n[server]\nhost = "127.0.0.1"\nport = {port}\n{cameras}\n')
    with RunningDaemon(config, port):
        result = CliRunner().invoke(command, ["--verify", "T20 BULL", "--url", f"ws://127.0.0.1:{port}/ws"])

    assert "put a dart into T20" in result.stderr
    assert "put a dart into BULL" in result.stderr
    assert result.stdout.count(": reported ") == 2
    assert "of 2 beds right; farthest from its bed: " in result.stdout
    assert result.exit_code == (0 if "2 of 2" in result.stdout else 1)


def test_without_a_daemon_it_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The address is named, and the status is of its own."""
    monkeypatch.setattr("dartd.cli.verification.ANSWER_S", 0.5)
    result = CliRunner().invoke(command, ["--verify", "T20", "--url", f"ws://127.0.0.1:{free_port()}/ws"])

    assert (result.exit_code, "no daemon answers at ws://127.0.0.1:" in result.stderr) == (3, True)


def test_beds_that_are_none_are_refused() -> None:
    """What is no bed is named; nothing to compare, and nothing to calibrate from, are reported as such."""
    wrong, none, nothing = (CliRunner().invoke(command, given) for given in (["--verify", "T21"], ["--verify", " "], []))

    assert (wrong.exit_code, none.exit_code, nothing.exit_code) == (2, 2, 2)
    assert "T21" in wrong.stderr
    assert "name at least one bed" in none.stderr
    assert "--verify" in nothing.stderr
