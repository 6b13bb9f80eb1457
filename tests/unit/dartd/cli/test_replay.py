"""`dartd replay`."""

import json
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from dartd.cli.replay import command, describe, event_line
from dartd.replay.replay import ReplayedEvent
from dartd.replay.scoring import ScoreReport
from schemas.base import BoardId, CameraId, EventId, VisitId
from schemas.events import CameraStateChanged, Envelope, JournalledEvent, TakeoutFinished, VisitCompleted, VisitThrow
from tests.support.recordings import write_recording


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(command, list(arguments))


def _replayed(event: JournalledEvent) -> ReplayedEvent:
    envelope = Envelope(
        seq=1, event_id=EventId("e"), board_id=BoardId("b"), topic="board:b", at_s=0.0, timestamp="", event=event, wire=b"{}"
    )
    return ReplayedEvent(sequence_id="r001", t_ms=1500.0, envelope=envelope)


@pytest.mark.slow
def test_events_are_printed_as_json_lines(tmp_path: Path) -> None:
    """Each line is an event with its place in the recording; broken pictures do not change the status."""
    write_recording(tmp_path, [[10, 20]], cameras=1)
    (tmp_path / "20.jpg").write_bytes(b"no picture")

    result = _run(str(tmp_path), "--jsonl")

    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 0
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
    assert {line["sequence_id"] for line in lines} == {"s0"}
    assert all("t_ms" in line and "event_type" in line for line in lines)


def test_score_is_printed_next_to_the_lines(tmp_path: Path) -> None:
    """With --score the figures are printed, on stderr when stdout is for machines."""
    write_recording(tmp_path, [[10]], cameras=1)
    expect = {"type": "dart_hit", "label": "T20", "ring": "triple", "x_mm": 0, "y_mm": 103}
    (tmp_path / "truth.json").write_text(json.dumps({"sequences": {"s0": {"frames": [{"t_ms": 0, "expect": expect}]}}}))

    result = _run(str(tmp_path), "--jsonl", "--score")

    assert result.exit_code == 0
    assert "right            0.0" in result.stderr
    assert "wrong: s0 at 0 ms: triple T20 not reported" in result.stderr
    assert all(json.loads(line) for line in result.stdout.splitlines())


@pytest.mark.slow
def test_darts_are_explained_into_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With --explain there is a page that lists the darts, also those that were missed; the page of a recording alone is next to it."""
    recording, out = tmp_path / "rec", tmp_path / "out"
    recording.mkdir()
    write_recording(recording, [[10]], cameras=1)
    expect = {"type": "dart_hit", "label": "T20", "ring": "triple", "x_mm": 0, "y_mm": 103}
    (recording / "truth.json").write_text(json.dumps({"sequences": {"s0": {"frames": [{"t_ms": 0, "expect": expect}]}}}))
    monkeypatch.chdir(tmp_path)
    named, alone = _run(str(recording), "--explain", str(out)), _run("--explain", str(recording))

    assert (named.exit_code, alone.exit_code) == (0, 0)
    assert "not reported" in (out / "index.html").read_text()
    assert (out / "001-s0-0.html").exists()
    assert (tmp_path / "rec-explained" / "index.html").exists()


def test_a_recording_must_be_named() -> None:
    """Without a folder there is nothing to play."""
    result = _run("--score")

    assert result.exit_code == 2
    assert "Missing argument 'DIR'" in result.output


@pytest.mark.parametrize(("options", "reason"), [((), "recording.json"), (("--score",), "recording.json")])
def test_recording_that_cannot_be_read_is_status_2(tmp_path: Path, options: tuple[str, ...], reason: str) -> None:
    """A folder that is no recording is refused on stderr."""
    result = _run(str(tmp_path), *options)

    assert (result.exit_code, result.stdout) == (2, "")
    assert reason in result.stderr


def test_camera_that_is_not_there_cannot_be_left_out(tmp_path: Path) -> None:
    """A wrong name after --without is refused with the right ones."""
    write_recording(tmp_path, [[10]])

    result = _run(str(tmp_path), "--without", "cam7")

    assert (result.exit_code, "it has cam0, cam1" in result.stderr) == (2, True)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (TakeoutFinished(visit_id=VisitId("v")), "r001      1500 ms  takeout finished"),
        (CameraStateChanged(camera_id=CameraId("cam0"), state="calibrating", previous_state="starting"), ""),
        (CameraStateChanged(camera_id=CameraId("cam0"), state="ready", previous_state="starting"), "r001      1500 ms  cam0 ready"),
        (
            VisitCompleted(
                visit_id=VisitId("v"),
                throws=tuple(VisitThrow(dart_number=k, dart_id=None, label="T20", points=60) for k in (1, 2, 3)),
                total=180,
                reason="three_darts",
            ),
            "r001      1500 ms  visit: T20 T20 T20 = 180",
        ),
    ],
)
def test_events_are_printed_in_words(event: JournalledEvent, expected: str) -> None:
    """Without --jsonl people read one line an event, and nothing of what only machines care for."""
    line = event_line(_replayed(event))

    assert line == expected


def test_score_is_printed_figure_by_figure() -> None:
    """Each figure has a line, one without a value a dash, and what was wrong follows."""
    values = dict.fromkeys(ScoreReport.__struct_fields__, None) | {
        "darts": 3,
        "missed": 1,
        "false_hits": 0,
        "quiet_windows": 0,
        "by_ring": "",
        "by_kind": "",
        "by_occlusion": "",
        "wrong": ["s: T20 not reported"],
    }
    report = msgspec.convert(values, ScoreReport)

    lines = describe(report)

    assert lines[0] == "darts            3"
    assert "right            -" in lines
    assert lines[-1] == "wrong: s: T20 not reported"
