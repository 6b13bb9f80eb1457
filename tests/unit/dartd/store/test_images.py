"""The pictures of throws on the disk."""

import os
from pathlib import Path

import pytest

from dartd.store.images import KINDS, Images, Kept, image_path


def _write(folder: Path, throw_id: str, at_s: float, size_bytes: int = 100, cameras: tuple[str, ...] = ("cam0",)) -> None:
    (folder / throw_id).mkdir(parents=True)
    for camera in cameras:
        for kind in KINDS:
            (folder / throw_id / f"{camera}-{kind}.jpg").write_bytes(b"x" * (size_bytes // len(cameras) // len(KINDS)))
    os.utime(folder / throw_id, (at_s, at_s))


def test_pictures_are_found_by_their_address(tmp_path: Path) -> None:
    """Each address that is listed leads to a picture, cameras in order, kinds in the order in which they are looked at."""
    _write(tmp_path, "d000001", 1.0, cameras=("left-1", "cam0"))
    images = Images(tmp_path)
    listed = images.of("d000001")

    assert listed == tuple(image_path("d000001", camera, kind) for camera in ("cam0", "left-1") for kind in KINDS)
    assert images.read("d000001", "left-1", "after") == b"x" * 12
    assert images.of("d000002") == ()


@pytest.mark.parametrize(
    ("throw_id", "camera", "kind"),
    [
        ("d000002", "cam0", "after"),
        ("d000001", "cam7", "after"),
        ("d000001", "cam0", "selfie"),
        ("..", "cam0", "after"),
        ("d000001", "../d000001/cam0", "after"),
    ],
)
def test_nothing_else_is_read(tmp_path: Path, throw_id: str, camera: str, kind: str) -> None:
    """What is not there, or is no name of a throw, a camera and a kind, leads to nothing."""
    _write(tmp_path / "images", "d000001", 1.0)
    (tmp_path / "cam0-after.jpg").write_bytes(b"secret")

    assert Images(tmp_path / "images").read(throw_id, camera, kind) is None


def test_old_pictures_go_by_age_then_by_size(tmp_path: Path) -> None:
    """What is older than allowed goes, and of the rest the oldest until it fits."""
    for number in range(5):
        _write(tmp_path, f"d{number}", 1000.0 + number)
    kept = Images(tmp_path).prune(oldest_s=1001.0, most_old=10, most_bytes=250)

    assert kept == Kept(2, 200)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["d3", "d4"]


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    """Before the first throw there is nothing to remove."""
    assert Images(tmp_path / "images").prune(oldest_s=0.0, most_old=10, most_bytes=1) == Kept(0, 0)


def test_newest_picture_of_a_camera_is_found(tmp_path: Path) -> None:
    """By when it was written; a name that is none finds nothing."""
    for at_s, throw_id in ((3, "d1"), (9, "d2"), (6, "d3")):
        path = tmp_path / throw_id / "left-after.jpg"
        path.parent.mkdir()
        path.write_bytes(throw_id.encode())
        os.utime(path, (at_s, at_s))
    images = Images(tmp_path)

    assert (images.latest("left"), images.latest("right"), images.latest("../x"), images.latest("*")) == (b"d2", None, None, None)
