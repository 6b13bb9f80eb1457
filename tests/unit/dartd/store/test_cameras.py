"""Stored cameras, and their credentials apart from them."""

from pathlib import Path

import pytest

from dartd.store.backends import change_alongside
from dartd.store.cameras import CAMERAS, CameraCredentials, all_cameras, join_credentials, split_credentials, zones_by_camera


@pytest.mark.parametrize(
    ("url", "bare", "userinfo"),
    [
        ("rtsp://admin:p%40ss@cam/1?x=1", "rtsp://cam/1?x=1", "admin:p%40ss"),
        ("http://cam:81/v", "http://cam:81/v", ""),
        ("http://cam/v?user=admin&pwd=x", "http://cam/v", "?user=admin&pwd=x"),
        ("http://a:b@cam/v?token=x", "http://cam/v", "a:b?token=x"),
        ("/dev/video0", "/dev/video0", ""),
        ("sim:?rig=1", "sim:?rig=1", ""),
    ],
)
def test_credentials_are_split_off_and_joined(url: str, bare: str, userinfo: str) -> None:
    """Together they are the address again."""
    assert split_credentials(url) == (bare, userinfo)
    assert join_credentials(bare, userinfo) == url


def test_credentials_are_in_a_file_of_their_own(tmp_path: Path) -> None:
    """Only its user can read it; a damaged one has none."""
    credentials = CameraCredentials(tmp_path)
    before = credentials.read()
    credentials.write("left", "admin:secret")
    credentials.write("right", "a:b")
    credentials.write("right", "")
    found = credentials.read()
    (path,) = tmp_path.iterdir()
    mode = path.stat().st_mode & 0o777
    path.write_text("[")

    assert (before, found, mode, credentials.read()) == ({}, {"left": "admin:secret"}, 0o600, {})


def test_cameras_are_listed_with_their_zones(tmp_path: Path) -> None:
    """A camera without zones is not counted."""
    path = tmp_path / "dartd.db"
    values = {"camera_id": "left", "name": "L", "url": "/dev/video0", "kind": "usb", "resolution": "800x600", "fps": 30.0, "settings": "{}"}
    change_alongside(path, lambda connection: CAMERAS.insert(connection, values, at_s=1.0))

    assert [row.camera_id for row in change_alongside(path, all_cameras)] == ["left"]
    assert change_alongside(path, zones_by_camera) == {}
