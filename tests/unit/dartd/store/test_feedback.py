"""Verdicts on throws."""

from pathlib import Path
from types import SimpleNamespace

from dartd.store.backends import change_alongside
from dartd.store.feedback import append_feedback, keep_images


def test_verdicts_are_appended(tmp_path: Path) -> None:
    """Each is a row of its own, with the bed that was published."""
    path, throw = tmp_path / "dartd.db", SimpleNamespace(throw_id="d1", seq=1, label="T20")
    rows = [
        change_alongside(path, lambda c, v=verdict: append_feedback(c, throw, verdict=v, label=None, user_id="u", at_s=1.0))  # type: ignore[misc]
        for verdict in ("correct", "wrong")
    ]

    assert [(row.throw_id, row.verdict, row.published_label, row.hit) for row in rows] == [
        ("d1", "correct", "T20", None),
        ("d1", "wrong", "T20", None),
    ]


def test_images_outlive_their_deletion_by_age(tmp_path: Path) -> None:
    """They take no space of their own until then; without images there is nothing to keep."""
    image = tmp_path / "images" / "d1" / "cam0-after.jpg"
    image.parent.mkdir(parents=True)
    image.write_bytes(b"a picture")
    keep_images(tmp_path, "d1")
    keep_images(tmp_path, "d1")
    keep_images(tmp_path, "d2")
    links = image.stat().st_nlink
    image.unlink()

    assert links == 2
    assert (tmp_path / "feedback" / "d1" / "cam0-after.jpg").read_bytes() == b"a picture"
    assert not (tmp_path / "feedback" / "d2").exists()
