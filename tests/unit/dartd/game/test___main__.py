"""The command `python -m dartd.game`, as a process."""

import json
import subprocess
import sys
from pathlib import Path

from tests.support.waiting import DEADLINE_S


def test_a_reader_may_end_early() -> None:
    """When the output is closed the process ends without a traceback."""
    command = f'yes \'{{"id": 1, "players": ["A"]}}\' | head -5000 | {sys.executable} -m dartd.game | head -1'
    run = subprocess.run(["sh", "-c", command], capture_output=True, check=True, timeout=DEADLINE_S, cwd=Path(__file__).parents[4])

    assert json.loads(run.stdout)["id"] == 1
    assert run.stderr == b""


def test_lines_in_give_lines_out() -> None:
    """Each case has its line of answer in the same order; empty lines have none, and a wrong case ends nothing."""
    cases = b'{"id": "a", "players": ["A"]}\n\nnonsense\n{"id": "b", "kind": "flow", "players": ["A"], "leg_winners": ["A"]}\n'
    command = [sys.executable, "-m", "dartd.game"]
    run = subprocess.run(command, input=cases, capture_output=True, check=True, timeout=DEADLINE_S, cwd=Path(__file__).parents[4])
    answers = [json.loads(line) for line in run.stdout.splitlines()]

    assert [answer["id"] for answer in answers] == ["a", None, "b"]
    assert "error" in answers[1]
    assert run.stderr == b""
