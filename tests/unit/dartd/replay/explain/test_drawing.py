"""Drawings that people judge a dart by."""

from typing import Any
from xml.etree import ElementTree as ET

import msgspec
import numpy as np
import pytest

from dartd.replay.explain.drawing import REPORTED, TRUE, board_plane, board_zoom, close_up, colour_of, ellipse_of, whole
from dartd.replay.explain.explained_dart import ExplainedDart, explained_darts
from dartd.replay.scoring import Expectation
from schemas.base import CameraId
from schemas.board import BoardSpec

EXPECT = Expectation(type="dart_hit", label="T20", ring="triple", x_mm=10.5, y_mm=103.0)


@pytest.fixture
def case(seen: Any) -> ExplainedDart:
    """Return a dart with its truth."""
    (dart,) = explained_darts(seen.events, seen.recorder, seen.playlist, None)
    return msgspec.structs.replace(dart, expect=EXPECT)


def parsed(drawing: str) -> ET.Element:
    """Read a drawing; one that is no XML fails here."""
    return ET.fromstring(drawing)  # noqa: S314 (our own)


def test_the_zoom_shows_lines_ellipse_and_truth(case: ExplainedDart) -> None:
    """Around the dart stand a line for each camera, the ellipse, the reported point and the true one."""
    drawing = parsed(board_zoom(case, BoardSpec()))
    lines = drawing.findall(".//line")
    (ellipse,) = drawing.findall(".//ellipse")

    assert {line.get("stroke") for line in lines} == {colour_of(case, CameraId(f"cam{k}")) for k in range(3)}
    assert float(ellipse.get("rx", 0)) >= float(ellipse.get("ry", 0)) > 0.05
    assert any(path.get("stroke") == TRUE for path in drawing.findall(".//path"))
    assert any(circle.get("stroke") == REPORTED for circle in drawing.findall(".//circle"))


def test_the_board_has_its_beds_and_numbers(case: ExplainedDart) -> None:
    """Eighty beds around the bulls, and twenty numbers."""
    drawing = parsed(board_plane(case, BoardSpec()))

    assert len([p for p in drawing.findall(".//path") if p.get("fill") not in {None, "none"}]) == 80
    assert [text.text for text in drawing.findall(".//text")][:3] == ["20", "1", "18"]


def test_pictures_are_marked_where_the_dart_is(case: ExplainedDart) -> None:
    """A close-up looks at the dart's pixel; only marked ones have lines over them; the whole picture keeps its size."""
    camera = CameraId("cam0")
    tip = case.evidence.settled[camera].sightings[0].tip
    marked, plain = (parsed(close_up(case, camera, "after-0", marked=m)) for m in (True, False))
    x, y, width, height = (float(v) for v in marked.attrib["viewBox"].split())

    assert x < tip.x < x + width
    assert y < tip.y < y + height
    assert len(marked.findall("circle")) == 40 + 1
    assert len(plain.findall("circle")) == 0
    assert parsed(whole(case, camera, "after-0")).attrib["viewBox"] == "0 0 800 600"


def test_a_missed_dart_can_be_drawn(case: ExplainedDart) -> None:
    """Where nothing was reported the drawings show what the camera found and the truth."""
    missed = msgspec.structs.replace(case, hit=None)

    assert parsed(board_zoom(missed, BoardSpec())).findall(".//ellipse") == []
    assert parsed(close_up(missed, CameraId("cam1"), "after-1", marked=True)).findall("line")


def test_the_ellipse_holds_as_much_as_it_says() -> None:
    """Of points scattered with the covariance 68 % lie in the ellipse; the longer axis is the direction in which they scatter more."""
    covariance = np.array([[1.0, 0.0], [0.0, 4.0]])
    long, short, turn = ellipse_of(covariance)
    x, y = np.random.default_rng(1).multivariate_normal([0, 0], covariance, 20_000).T

    assert abs(turn) == pytest.approx(90.0)
    assert np.mean((x / short) ** 2 + (y / long) ** 2 < 1) == pytest.approx(0.68, abs=0.02)
