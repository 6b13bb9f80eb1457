"""Playing a recording from files."""

import time
from pathlib import Path

import pytest

from schemas.base import CameraId
from schemas.pipe.to_worker import SourceSpec
from tests.support.pictures import HEIGHT, WIDTH, camera, jpeg, sequence, write_recording
from workers.sources.errors import SourceError
from workers.sources.recording import RecordingSource
from workers.vision.frame import BadFrameError, Frame


def source(folder: Path, camera_id: str = "cam0", *, lockstep: bool = True, start_s: float = 0.0, query: str = "") -> RecordingSource:
    """Open one camera of a recording."""
    spec = SourceSpec(camera_id=CameraId(camera_id), url=f"recording:{folder}{query}", width=WIDTH, height=HEIGHT)
    opened = RecordingSource(spec, lockstep=lockstep, start_s=start_s)
    opened.open()
    return opened


def play(opened: RecordingSource) -> list[Frame]:
    """Read to the end; the announced time of each frame must be its time."""
    frames = []
    while (next_s := opened.next_s()) is not None:
        frame = opened.read()
        assert frame is not None
        assert frame.t_s == next_s
        frames.append(frame)
    assert opened.read() is None
    return frames


def test_stills_are_held_until_the_next_and_marked(tmp_path: Path) -> None:
    """A picture is given once as new and then repeated at the camera's rate, marked held, until the next one or the end."""
    folder = write_recording(tmp_path, {"cam0": camera(10)}, sequence("r1", 500, (0, {"cam0": "10.jpg"}), (300, {"cam0": "200.jpg"})))

    frames = play(source(folder))

    assert [round(frame.t_s, 6) for frame in frames] == [0, 0.1, 0.2, 0.3, 0.4]
    assert [frame.held for frame in frames] == [False, True, True, False, True]
    assert [round(float(frame.color().mean())) for frame in frames] == [10, 10, 10, 200, 200]


def test_sequences_lie_end_to_end_on_one_clock(tmp_path: Path) -> None:
    """The second sequence begins where the first ends; each frame names its sequence; the clock starts at `start_s`."""
    folder = write_recording(
        tmp_path, {"cam0": camera(10)}, sequence("r1", 200, (0, {"cam0": "10.jpg"})), sequence("r2", 100, (0, {"cam0": "20.jpg"}))
    )

    frames = play(source(folder, start_s=50.0))

    assert [(round(frame.t_s, 6), frame.sequence_id, frame.held) for frame in frames] == [
        (50.0, "r1", False),
        (50.1, "r1", True),
        (50.2, "r2", False),
    ]


def test_each_camera_has_its_own_rate_and_its_own_pictures(tmp_path: Path) -> None:
    """Cameras repeat at their own fps (30 when absent), and one that is not named in a frame shows its last picture on."""
    folder = write_recording(
        tmp_path,
        {"cam0": camera(), "cam1": camera(5)},
        sequence("r1", 1000, (0, {"cam0": "10.jpg", "cam1": "20.jpg"}), (500, {"cam0": "30.jpg"})),
    )

    assert len(play(source(folder))) == 30
    assert [frame.held for frame in play(source(folder, "cam1"))] == [False, True, True, True, True]


def test_film_rounded_to_milliseconds_is_not_repeated(tmp_path: Path) -> None:
    """Frames at 30 a second whose times are rounded to milliseconds come out once each."""
    stills = [(float(round(n * 1000 / 30)), {"cam0": "10.jpg"}) for n in range(30)]
    folder = write_recording(tmp_path, {"cam0": camera()}, sequence("r1", 1000, *stills))

    frames = play(source(folder))

    assert len(frames) == 30
    assert not any(frame.held for frame in frames)


def test_a_missing_or_broken_image_is_a_bad_frame_and_not_the_end(tmp_path: Path) -> None:
    """Bytes that are missing or no picture fail when decoded; the next picture is good again."""
    folder = write_recording(
        tmp_path,
        {"cam0": camera(10)},
        sequence("r1", 300, (0, {"cam0": "missing.jpg"}), (100, {"cam0": "broken.jpg"}), (200, {"cam0": "10.jpg"})),
    )
    (folder / "broken.jpg").write_bytes(b"no picture")

    missing, broken, good = play(source(folder))

    with pytest.raises(BadFrameError, match="empty"):
        missing.small_grey()
    with pytest.raises(BadFrameError, match="10 bytes"):
        broken.color()
    assert good.small_grey().shape == (HEIGHT // 4, WIDTH // 4)


def test_paths_may_lead_out_of_the_folder(tmp_path: Path) -> None:
    """A file path is relative to the folder and may climb out of it."""
    (tmp_path / "outside.jpg").write_bytes(jpeg(77))
    folder = write_recording(tmp_path / "deep" / "er", {"cam0": camera(1)}, sequence("r1", 10, (0, {"cam0": "../../outside.jpg"})))

    (frame,) = play(source(folder))

    assert round(float(frame.color().mean())) == 77


def test_a_recorded_camera_may_be_asked_for_by_another_name(tmp_path: Path) -> None:
    """`?camera=` picks the camera of the recording whatever the camera is called here."""
    folder = write_recording(tmp_path, {"cam7": camera(1)}, sequence("r1", 10, (0, {"cam7": "9.jpg"})))

    assert len(play(source(folder, "left", query="?camera=cam7"))) == 1


def test_in_real_time_each_frame_waits_for_its_time(tmp_path: Path) -> None:
    """Played live, times are on the monotonic clock and no frame comes before its time."""
    folder = write_recording(tmp_path, {"cam0": camera(20)}, sequence("r1", 200, (0, {"cam0": "10.jpg"})))
    began_s = time.monotonic()
    opened = source(folder, lockstep=False)
    arrivals = []
    while (frame := opened.read()) is not None:
        arrivals.append((frame.t_s, time.monotonic()))

    assert len(arrivals) == 4
    assert arrivals[0][0] >= began_s
    assert all(arrived_s >= t_s for t_s, arrived_s in arrivals)


def test_what_cannot_be_read_is_raised_with_path_and_remedy(tmp_path: Path) -> None:
    """A missing folder, a broken document, an unknown camera and another size are raised with the path and the remedy."""
    folder = write_recording(tmp_path / "good", {"cam0": camera()}, sequence("r1", 10, (0, {"cam0": "9.jpg"})))
    (tmp_path / "recording.json").write_text('{"version": 1, "cameras": {"cam0": {"width": "wide"}}, "sequences": []}')

    with pytest.raises(SourceError, match=r"nowhere/recording\.json: No such file.*a recording is a folder with recording\.json"):
        source(tmp_path / "nowhere")
    with pytest.raises(SourceError, match=r"recording\.json: Expected `int`, got `str` - at `\$\.cameras"):
        source(tmp_path)
    with pytest.raises(SourceError, match="has no camera cam9; it has cam0"):
        source(folder, "cam9")
    wide = SourceSpec(camera_id=CameraId("cam0"), url=f"recording:{folder}", width=800, height=600)
    with pytest.raises(SourceError, match=f"is {WIDTH}x{HEIGHT}, 800x600 is configured"):
        RecordingSource(wide, lockstep=True, start_s=0.0).open()


def test_closing_is_the_end(tmp_path: Path) -> None:
    """After close there is no next frame."""
    folder = write_recording(tmp_path, {"cam0": camera()}, sequence("r1", 100, (0, {"cam0": "9.jpg"})))
    opened = source(folder)
    opened.close()

    assert opened.next_s() is None
    assert opened.read() is None
