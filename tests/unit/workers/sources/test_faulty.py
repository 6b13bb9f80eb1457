"""Sources whose pictures go wrong on purpose."""

from collections.abc import Iterator

import numpy as np
import pytest

from schemas.faults import FrameFault, ScriptedFault
from workers.sources import SourceError
from workers.sources.faulty import DARK_LEVELS, VIEW_DEGREES, FaultySource, turned
from workers.vision.frame import BadFrameError, Frame, Image

FPS = 10
BROKEN_S = 1.0


class Ramp:
    """A source of two seconds whose picture grows brighter with each frame."""

    simulated = True

    def __init__(self) -> None:
        self.closed = False
        self._frames = self._all()
        self._due: Frame | None = next(self._frames)

    def open(self) -> None:
        """Do nothing."""

    def next_s(self) -> float | None:
        """Return the time of the next frame."""
        return None if self._due is None else self._due.t_s

    def read(self) -> Frame | None:
        """Return the next frame."""
        frame, self._due = self._due, next(self._frames, None)
        return frame

    def close(self) -> None:
        """Note it."""
        self.closed = True

    @staticmethod
    def _all() -> Iterator[Frame]:
        for k in range(2 * FPS):
            yield Frame(k / FPS, pixels=np.full((64, 64, 3), 20 + 5 * k, np.uint8))


class Still(Ramp):
    """A source of two seconds of one picture."""

    def __init__(self, picture: Image) -> None:
        super().__init__()
        self._frames = iter([Frame(k / FPS, pixels=picture) for k in range(2 * FPS)])
        self._due = next(self._frames)


def _faulty_frames(kind: FrameFault, for_s: float = 0.5, *, fps: float = 5.0, gain: float = 1.8, lag_s: float = 1.0) -> list[Frame]:
    """Read all frames of a ramp with one fault from the first second on."""
    source = FaultySource(Ramp(), [ScriptedFault(kind=kind, at_s=BROKEN_S, for_s=for_s, fps=fps, gain=gain, lag_s=lag_s)])
    source.open()
    frames = []
    while (frame := source.read()) is not None:
        frames.append(frame)
    return frames


def _level(frame: Frame) -> float:
    picture: Image = frame.color()
    return float(picture.mean())


def _true_levels() -> list[float]:
    return [20.0 + 5 * k for k in range(2 * FPS)]


def test_a_frozen_camera_shows_one_picture_at_new_times() -> None:
    """Times go on, the picture does not, and afterwards it is what it would have been."""
    frames = _faulty_frames("frozen")

    assert [frame.t_s for frame in frames] == [k / FPS for k in range(2 * FPS)]
    assert [_level(frame) for frame in frames[10:15]] == [_level(frames[10])] * 5
    assert _level(frames[15]) == _true_levels()[15]


def test_a_black_camera_shows_noise_alone() -> None:
    """Nothing of the picture is left, and no two frames are alike."""
    frames = _faulty_frames("black")[10:15]

    assert max(frame.color().max() for frame in frames) < DARK_LEVELS
    assert (frames[0].color() != frames[1].color()).any()


def test_exposure_makes_pictures_brighter_as_asked() -> None:
    """Each level is multiplied, up to white."""
    frames = _faulty_frames("exposure", gain=2.0)

    assert [_level(frame) for frame in frames[10:15]] == [2 * level for level in _true_levels()[10:15]]


def test_a_slow_camera_leaves_frames_out() -> None:
    """Of ten frames a second five are left, at their own times."""
    frames = _faulty_frames("slow", for_s=1.0, fps=5)

    assert [frame.t_s for frame in frames[10:]] == [1.0, 1.2, 1.4, 1.6, 1.8]


def test_a_lagging_camera_shows_older_pictures_and_catches_up() -> None:
    """The times are those of now, the picture is as old as asked, and nothing older than the fault itself."""
    frames = _faulty_frames("lagging", for_s=0.6, lag_s=0.2)

    assert [frame.t_s for frame in frames] == [k / FPS for k in range(2 * FPS)]
    assert [_level(frame) for frame in frames[10:18]] == [_true_levels()[k] for k in (10, 10, 10, 11, 12, 13, 16, 17)]


def test_an_overloaded_process_comes_to_its_pictures_late() -> None:
    """Each picture keeps its time and comes as late as asked; what was not reached when there is time again is left out."""
    source = FaultySource(ramp := Ramp(), [ScriptedFault(kind="overloaded", at_s=BROKEN_S, for_s=0.6, lag_s=0.2)])
    frames, late_s = [], []
    while (frame := source.read()) is not None:
        frames.append((frame.t_s, _level(frame)))
        late_s.append(round((ramp.next_s() or 2.0) - 1 / FPS - frame.t_s, 6))

    assert frames == [(k / FPS, _true_levels()[k]) for k in (*range(14), *range(16, 20))]
    assert late_s == [0.0] * 10 + [0.2] * 4 + [0.0] * 4


def test_a_camera_that_was_knocked_or_is_loose_looks_past_the_board() -> None:
    """A turn by half of its view moves the picture by half of its width, to the other side; the edge is repeated."""
    picture: Image = np.zeros((8, 64, 3), np.uint8)
    picture[:, 40:] = 200

    assert turned(picture, VIEW_DEGREES / 2)[0, :, 0].tolist() == [0] * 8 + [200] * 56
    assert turned(picture, -VIEW_DEGREES / 2)[0, :, 0].tolist() == [0] * 64
    for kind in ("knocked", "loose"):
        source = FaultySource(Still(picture), [ScriptedFault(kind=kind, at_s=0.0, degrees=VIEW_DEGREES / 2)])
        frame = source.read()
        assert frame is not None
        assert np.array_equal(frame.color(), turned(picture, VIEW_DEGREES / 2))


def test_blur_grows() -> None:
    """An edge is sharp at first, and wider with each picture."""
    picture: Image = np.zeros((32, 64, 3), np.uint8)
    picture[:, 32:] = 200
    source = FaultySource(Still(picture), [ScriptedFault(kind="blurred", at_s=0.0, for_s=2.0, blur_px=4.0)])
    widths = []
    for _ in range(10):
        frame = source.read()
        assert frame is not None
        widths.append(int(((frame.color()[16, :, 0] > 0) & (frame.color()[16, :, 0] < 200)).sum()))

    assert (widths[0], widths == sorted(widths), widths[-1] > widths[3] > 0) == (0, True, True)


def test_broken_pictures_are_broken_in_every_way() -> None:
    """Some are no picture at all, some decode to a wrong one; those around are whole."""
    readable = []
    for frame in _faulty_frames("corrupt"):
        try:
            readable.append(frame.small_grey().size > 0)
        except BadFrameError:
            readable.append(False)

    assert all(readable[:10])
    assert all(readable[15:])
    assert set(readable[10:15]) == {True, False}


def test_an_unplugged_camera_is_gone_and_comes_back() -> None:
    """Reading fails while it is out, and goes on afterwards, as a source that is opened again does."""
    source = FaultySource(Ramp(), [ScriptedFault(kind="unplugged", at_s=BROKEN_S, for_s=0.5)])
    whole, lost = [], 0
    while source.next_s() is not None:
        try:
            frame = source.read()
        except SourceError as error:
            lost += 1
            assert "unplugged" in str(error)  # noqa: PT017 - each time
        else:
            assert frame is not None
            whole.append(frame.t_s)

    assert lost == 5
    assert whole == [k / FPS for k in range(2 * FPS) if not 10 <= k < 15]


@pytest.mark.parametrize("kind", ["crash", "disk_full"])
def test_other_faults_leave_pictures_alone(kind: str) -> None:
    """What strikes a process or the daemon is not done here."""
    source = FaultySource(ramp := Ramp(), [ScriptedFault(kind=kind, at_s=0)])  # type: ignore[arg-type]  # any kind
    frame = source.read()
    source.close()

    assert frame is not None
    assert _level(frame) == _true_levels()[0]
    assert source.simulated
    assert ramp.closed
