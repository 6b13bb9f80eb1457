"""Listing what is plugged in."""

import tomllib
from pathlib import Path

import msgspec
import pytest

from schemas.examination import Device
from workers.sources.camera import FoundCamera
from workers.sources.listing import main

FOUND = [FoundCamera("/dev/v4l/by-path/a", "/dev/video0", "OV9732"), FoundCamera("/dev/v4l/by-path/b", "/dev/video2", "")]


def test_list_can_be_pasted_into_the_configuration(capsys: pytest.CaptureFixture[str]) -> None:
    """What is printed is TOML with one entry a camera, by its stable path."""
    status = main([], find=lambda: FOUND)

    entries = tomllib.loads(capsys.readouterr().out)["cameras"]
    assert status == 0
    assert [(entry["id"], entry["url"]) for entry in entries] == [("cam0", "/dev/v4l/by-path/a"), ("cam1", "/dev/v4l/by-path/b")]


def test_list_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    """As the daemon asks for it: none is an empty list."""
    main(["--json"], find=lambda: FOUND)
    main(["--json"], find=list)

    found, none = (msgspec.json.decode(line, type=list[Device]) for line in capsys.readouterr().out.splitlines())
    assert (found[0], none) == (Device(url="/dev/v4l/by-path/a", name="OV9732"), [])


def test_picture_that_cannot_be_taken_is_a_comment(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A camera that gives no picture stays in the list, with the reason as a comment."""
    status = main(["--pictures", str(tmp_path)], find=lambda: FOUND[:1])

    out = capsys.readouterr().out
    assert status == 0
    assert "# no picture: /dev/v4l/by-path/a: no such camera" in out
    assert len(tomllib.loads(out)["cameras"]) == 1


def test_nothing_plugged_in_is_printed_with_a_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    """Without cameras the list says where it looked and how to go on without one."""
    status = main([], find=list)

    assert status == 0
    assert "dartd demo" in capsys.readouterr().out
