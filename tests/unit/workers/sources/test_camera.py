"""V4L2 cameras against the contract of OpenCV's backend: a double that answers as a driver does (no camera can be had in a build)."""

import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from schemas.base import CameraId
from schemas.pipe.to_worker import CameraControls, SourceSpec
from tests.support.pictures import HEIGHT, WIDTH, jpeg
from workers.sources import camera as module
from workers.sources.camera import MJPG, CameraSource, list_cameras
from workers.sources.errors import SourceError


class Driver:
    """Holds properties as a driver does: refuses some, clamps some, counts exposure in 100 µs, hands out raw JPEG when asked to."""

    def __init__(self, *, opens: bool = True, sizes: tuple[int, int] = (WIDTH, HEIGHT), fourcc: int = MJPG) -> None:
        self.calls: list[tuple[int, float]] = []
        self.held: dict[int, float] = {cv2.CAP_PROP_AUTO_EXPOSURE: 3, cv2.CAP_PROP_AUTO_WB: 1, cv2.CAP_PROP_AUTOFOCUS: 1}
        self.highest: dict[int, float] = {}
        self.picture: NDArray[np.generic] | None = np.frombuffer(jpeg(50), np.uint8).reshape(1, -1)
        self.released = False
        self._opens = opens
        self._fixed = {cv2.CAP_PROP_FRAME_WIDTH: sizes[0], cv2.CAP_PROP_FRAME_HEIGHT: sizes[1], cv2.CAP_PROP_FOURCC: fourcc}

    def isOpened(self) -> bool:  # noqa: N802 (OpenCV's name)
        """Return whether it opened."""
        return self._opens

    def set(self, propId: int, value: float) -> bool:  # noqa: N803 (OpenCV's name)
        """Store a value, up to the highest that the driver takes."""
        self.calls.append((propId, value))
        self.held[propId] = min(value, self.highest.get(propId, value))
        return True

    def get(self, propId: int) -> float:  # noqa: N803 (OpenCV's name)
        """Read back."""
        return self._fixed.get(propId, self.held.get(propId, 0.0))

    def read(self) -> tuple[bool, NDArray[np.generic] | None]:
        """Return the picture, stamped 20 ms ago."""
        self.held[cv2.CAP_PROP_POS_MSEC] = (time.monotonic() - 0.02) * 1000
        return self.picture is not None, self.picture

    def release(self) -> None:
        """Note it."""
        self.released = True


@pytest.fixture
def device(tmp_path: Path) -> Path:
    """Stand in for a device node."""
    node = tmp_path / "usb-0:1-video-index0"
    node.touch()
    return node


def camera(device: Path, driver: Driver, **controls: float) -> CameraSource:
    """Make a camera on a driver."""
    spec = SourceSpec(camera_id=CameraId("cam0"), url=str(device), width=WIDTH, height=HEIGHT, controls=CameraControls(**controls))
    return CameraSource(spec, opener=lambda _path: driver)


def test_the_format_is_asked_for_in_the_order_that_drivers_need(device: Path) -> None:
    """FOURCC comes before the size, and the raw JPEG is asked for."""
    driver = Driver()
    camera(device, driver).open()
    order = [prop for prop, _ in driver.calls]

    assert order.index(cv2.CAP_PROP_FOURCC) < order.index(cv2.CAP_PROP_FRAME_WIDTH) < order.index(cv2.CAP_PROP_FRAME_HEIGHT)
    assert (cv2.CAP_PROP_FOURCC, MJPG) in driver.calls
    assert (cv2.CAP_PROP_CONVERT_RGB, 0) in driver.calls


def test_every_automatic_is_off_before_its_value_is_set(device: Path) -> None:
    """Automatics go off whatever is asked for; exposure is counted in 100 µs; what is not asked for is left alone."""
    driver = Driver()
    camera(device, driver, exposure_ms=7.5, gain=30, white_balance=4600, focus=12).open()
    order = [prop for prop, _ in driver.calls]

    assert driver.held[cv2.CAP_PROP_AUTO_EXPOSURE] == 1
    assert (driver.held[cv2.CAP_PROP_AUTO_WB], driver.held[cv2.CAP_PROP_AUTOFOCUS]) == (0, 0)
    assert order.index(cv2.CAP_PROP_AUTO_EXPOSURE) < order.index(cv2.CAP_PROP_EXPOSURE)
    assert driver.held[cv2.CAP_PROP_EXPOSURE] == 75
    assert (driver.held[cv2.CAP_PROP_GAIN], driver.held[cv2.CAP_PROP_WB_TEMPERATURE], driver.held[cv2.CAP_PROP_FOCUS]) == (30, 4600, 12)
    assert cv2.CAP_PROP_CONTRAST not in order


def test_frames_are_raw_jpeg_with_the_drivers_time(device: Path) -> None:
    """A frame carries the bytes of the camera undecoded, and the moment it was taken rather than the moment it was read."""
    source = camera(device, Driver())
    source.open()
    before_s = time.monotonic()
    frame = source.read()

    assert frame is not None
    assert round(float(frame.color().mean())) == 50
    assert before_s - 0.5 < frame.t_s < time.monotonic() - 0.015
    assert not frame.held


def test_what_the_firmware_changed_is_set_again(device: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read back now and then, an automatic that came on and a value that drifted are put right and counted."""
    monkeypatch.setattr(module, "RECHECK_S", 0.0)
    driver = Driver()
    source = camera(device, driver, exposure_ms=7.5)
    source.open()
    source.read()
    before = source.corrections
    driver.held |= {cv2.CAP_PROP_AUTO_EXPOSURE: 3, cv2.CAP_PROP_EXPOSURE: 300}
    source.read()

    assert before == 0
    assert source.corrections == 2
    assert (driver.held[cv2.CAP_PROP_AUTO_EXPOSURE], driver.held[cv2.CAP_PROP_EXPOSURE]) == (1, 75)


def test_what_a_camera_cannot_do_is_refused_with_the_remedy(device: Path) -> None:
    """Another size, no MJPG, a value out of range, a device that does not open: each is raised with what was found and what to do."""
    clamping = Driver()
    clamping.highest[cv2.CAP_PROP_GAIN] = 64

    with pytest.raises(SourceError, match=f"delivers pictures of 640x480 instead of {WIDTH}x{HEIGHT}.*v4l2-ctl --list-formats-ext"):
        camera(device, Driver(sizes=(640, 480))).open()
    with pytest.raises(SourceError, match="does not offer MJPG"):
        camera(device, Driver(fourcc=0x56595559)).open()
    with pytest.raises(SourceError, match="gain = 200 was set but the camera holds 64"):
        camera(device, clamping, gain=200).open()
    with pytest.raises(SourceError, match="cannot be opened: no camera answers there"):
        camera(device, Driver(opens=False)).open()


def test_a_path_that_is_not_there_is_refused_by_the_real_backend(tmp_path: Path, device: Path) -> None:
    """A missing path names the cameras that are plugged in, or says that none is; a file that is no camera does not open."""
    spec = SourceSpec(camera_id=CameraId("cam0"), url=f"v4l2:{tmp_path}/gone")

    with pytest.raises(SourceError, match=r"gone: no such camera; (no camera is plugged in|these are plugged in)"):
        CameraSource(spec).open()
    with pytest.raises(SourceError, match="cannot be opened"):
        CameraSource(SourceSpec(camera_id=CameraId("cam0"), url=str(device))).open()


def test_a_camera_that_gives_nothing_is_gone(device: Path) -> None:
    """No picture is a fault; when the node has vanished it says unplugged. After close the device is released."""
    driver = Driver()
    source = camera(device, driver)
    source.open()
    driver.picture = None

    with pytest.raises(SourceError, match="delivers no more pictures"):
        source.read()
    device.unlink()
    with pytest.raises(SourceError, match="has been unplugged"):
        source.read()
    source.close()
    assert driver.released
    with pytest.raises(SourceError, match="not open"):
        source.read()


def test_cameras_are_listed_by_their_stable_paths(tmp_path: Path) -> None:
    """Each camera is listed once, with device node and name; a machine without cameras lists none."""
    by_path, names = tmp_path / "by-path", tmp_path / "names"
    by_path.mkdir()
    for port, node in (("2", "video2"), ("1", "video0")):
        (tmp_path / node).touch()
        (by_path / f"usb-0:{port}-video-index0").symlink_to(tmp_path / node)
        (by_path / f"usb-0:{port}-video-index1").symlink_to(tmp_path / node)
    (names / "video0").mkdir(parents=True)
    (names / "video0" / "name").write_text("Global Shutter Camera\n")

    found = list_cameras(by_path, names)

    assert [(Path(one.path).name, Path(one.device).name, one.name) for one in found] == [
        ("usb-0:1-video-index0", "video0", "Global Shutter Camera"),
        ("usb-0:2-video-index0", "video2", ""),
    ]
    assert list_cameras(tmp_path / "nowhere", names) == []
