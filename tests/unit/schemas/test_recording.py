"""Reading `recording.json`."""

from typing import Any

import msgspec
import pytest

from schemas.recording import decode_recording


def document(**changes: Any) -> dict[str, Any]:
    """Write a small recording with some of its top-level fields changed."""
    frames = [{"t_ms": 0, "files": {"cam0": "a.jpg"}}, {"t_ms": 100, "files": {"cam0": "b.jpg"}}]
    whole = {
        "version": 1,
        "cameras": {"cam0": {"width": 800, "height": 600, "near_sector": 18}},
        "sequences": [{"id": "r001", "end_ms": 200, "frames": frames}],
    }
    return whole | changes


def test_a_recording_is_read_and_defaults_are_filled_in() -> None:
    """The fps is 30 when absent, the near sector may be absent, and unknown fields are skipped."""
    recording = decode_recording(msgspec.json.encode(document(note="hello", cameras={"cam0": {"width": 800, "height": 600}})))

    assert recording.cameras[next(iter(recording.cameras))].fps == 30
    assert recording.sequences[0].frames[1].t_ms == 100
    assert [camera.near_sector for camera in recording.cameras.values()] == [None]


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"version": 2}, r"\$\.version: expected 1, got 2"),
        ({"version": "1"}, r"\$\.version"),
        ({"cameras": {}}, r"\$\.cameras: expected at least one"),
        ({"cameras": {"cam0": {"width": 800}}}, r"height.*\$\.cameras"),
        ({"cameras": {"cam0": {"width": 0, "height": 600}}}, r"\$\.cameras\.cam0\.width: expected 16 to 10000"),
        ({"cameras": {"cam0": {"width": 800, "height": 600, "fps": 0}}}, r"\$\.cameras\.cam0\.fps"),
        ({"cameras": {"cam0": {"width": 800, "height": 600, "near_sector": 21}}}, r"near_sector: expected 1 to 20, got 21"),
        ({"cameras": {"cam1": {"width": 800, "height": 600}}}, r"\$\.sequences\[0\]\.frames\[0\]\.files\.cam0: no such camera"),
        (
            {"sequences": [{"id": "r", "end_ms": 0, "frames": [{"t_ms": 5, "files": {}}]}]},
            r"\$\.sequences\[0\]\.end_ms: expected 5 or later",
        ),
        ({"sequences": [{"id": "r", "end_ms": 9, "frames": [{"t_ms": -1, "files": {}}]}]}, r"frames\[0\]\.t_ms: expected 0 or later"),
        (
            {"sequences": [{"id": "r", "end_ms": 9, "frames": [{"t_ms": 5, "files": {}}, {"t_ms": 4, "files": {}}]}]},
            r"frames\[1\]\.t_ms: expected 5 or later \(frames in order of time\), got 4",
        ),
        ({"sequences": [{"id": 7, "end_ms": 9, "frames": []}]}, r"\$\.sequences\[0\]\.id"),
    ],
)
def test_what_is_wrong_is_named_with_its_path(changes: dict[str, Any], complaint: str) -> None:
    """A wrong document is refused with the path, what was expected and what was found."""
    with pytest.raises(ValueError, match=complaint):
        decode_recording(msgspec.json.encode(document(**changes)))


def test_what_is_no_json_is_refused() -> None:
    """A truncated document is a ValueError like any other fault."""
    with pytest.raises(ValueError, match="truncated"):
        decode_recording(b'{"version": 1, ')
