"""What a look through a camera shows."""

import msgspec

from schemas.base import CameraId
from schemas.examination import Examine, Examined
from schemas.pipe.to_worker import SourceSpec


def test_question_and_answer_survive_their_way() -> None:
    """Both travel as JSON between two processes."""
    asked = Examine(source=SourceSpec(camera_id=CameraId("cam0"), url="sim:"), seconds=1.5)
    seen = Examined(frames=3, fps=29.9, moved_px=0.25)

    assert msgspec.json.decode(msgspec.json.encode(asked), type=Examine) == asked
    assert msgspec.json.decode(msgspec.json.encode(seen), type=Examined) == seen
