"""Pages that people open."""

import json
from pathlib import Path
from typing import Any

import msgspec

from dartd.replay.explain.explained_dart import explained_darts
from dartd.replay.explain.page import dart_page, numbers, write_pages
from dartd.replay.scoring import Expectation
from schemas.base import CameraId
from schemas.board import BoardSpec
from schemas.codec import encode_json

WRONG = Expectation(type="dart_hit", label="T1", ring="triple", x_mm=18.0, y_mm=102.0)


def no_picture(_camera_id: CameraId, _episode: int, _word: str) -> bytes | None:
    """Return no picture."""
    return None


def test_each_dart_has_a_page_and_its_numbers(seen: Any, tmp_path: Path) -> None:
    """The list leads to every dart's page; pictures are within the page, and its numbers are a JSON file."""
    cases = explained_darts(seen.events, seen.recorder, seen.playlist, None)
    index = write_pages(tmp_path / "out", cases, lambda *_: b"jpeg", BoardSpec(), title="a <recording>", summary=["right 1.0"])
    page = tmp_path / "out" / "001-s0-1500.html"

    assert page.name in index.read_text()
    assert "a &lt;recording&gt;" in index.read_text()
    assert page.read_text().count("data:image/jpeg;base64,") == 9
    assert set(json.loads(page.with_suffix(".json").read_text())["cameras"]) == {"cam0", "cam1", "cam2"}


def test_a_wrong_dart_is_marked(seen: Any) -> None:
    """The headline has what was reported, what is true and how far off it is, in red where the bed is wrong."""
    (case,) = explained_darts(seen.events, seen.recorder, seen.playlist, None)
    page = dart_page(msgspec.structs.replace(case, expect=WRONG), no_picture, BoardSpec())

    assert 'class="wrong"' in page
    assert "in truth T1" in page
    assert "8.06 mm off" in page


def test_the_numbers_say_how_far_each_line_misses(seen: Any) -> None:
    """Each camera's line has its distance from the reported and the true point."""
    (case,) = explained_darts(seen.events, seen.recorder, seen.playlist, None)
    document = json.loads(encode_json(numbers(msgspec.structs.replace(case, expect=WRONG))))

    assert all(camera["line_misses_reported_mm"] < 0.3 for camera in document["cameras"].values())
    assert max(camera["line_misses_truth_mm"] for camera in document["cameras"].values()) > 4
    assert len(document["covariance_mm2"]) == 2
    assert document["is_right"] is False


def test_a_dart_that_no_camera_saw_has_a_page(seen: Any) -> None:
    """Where no camera found anything the page states it."""
    (case,) = explained_darts(seen.events, seen.recorder, seen.playlist, None)
    silent = msgspec.structs.replace(case, hit=None, expect=WRONG, evidence=type(case.evidence)())

    assert "No camera found anything" in dart_page(silent, no_picture, BoardSpec(), ["before", None])
