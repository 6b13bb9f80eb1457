"""The time of each kind of work."""

import pytest

from schemas.base import CameraId
from schemas.pipe.from_worker import FromWorker, Settled
from tests.support.pictures import jpeg
from workers.step_times import StepTimes
from workers.vision.frame import BadFrameError, Frame


def _settled(frame: Frame) -> list[FromWorker]:
    return [Settled(camera_id=CameraId("cam0"), t_s=frame.t_s, episode=1, started_s=0.0, finding="nothing")]


def test_time_is_counted_by_kind_of_work() -> None:
    """A step that settles must count as locating, any other as comparing; only frames that are not held are decoded."""
    times, frame = StepTimes(), Frame(0.0, jpeg=jpeg(10))
    times.step(lambda _: [], Frame(0.0, jpeg=b"", held=True))
    held = times.counted()
    messages = times.step(_settled, frame)

    assert (held["diff_s"] > 0, held["locate_s"], held["locates"]) == (True, 0.0, 0)
    assert messages == _settled(frame)
    assert (times.locates, times.locate_s > 0, times.decode_s > held["decode_s"]) == (1, True, True)


def test_bad_frame_is_not_stepped() -> None:
    """A frame that cannot be decoded must raise before the detector sees it."""
    with pytest.raises(BadFrameError):
        StepTimes().step(_settled, Frame(0.0, jpeg=b"no picture"))
