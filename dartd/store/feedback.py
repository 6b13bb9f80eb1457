"""Verdicts on throws: appended, never changed. Each keeps the event of its throw with detections and fusion, and its pictures."""

import contextlib
import os
import secrets
from pathlib import Path

import sqlalchemy as sa

from dartd.store.entity import Row
from dartd.store.tables import events, feedback


def append_feedback(connection: sa.Connection, throw: Row, *, verdict: str, label: str | None, user_id: str, at_s: float) -> Row:
    """Append a verdict on a throw, with the event in which it was published."""
    hit = connection.execute(sa.select(events.c.wire).where(events.c.seq == throw.seq)).scalar()
    row = {
        "feedback_id": f"f_{secrets.token_hex(6)}",
        "throw_id": throw.throw_id,
        "verdict": verdict,
        "published_label": throw.label,
        "label": label,
        "user_id": user_id,
        "created_at_s": at_s,
        "version": 1,
        "hit": None if hit is None else hit.decode(),
    }
    connection.execute(sa.insert(feedback).values(row))
    return connection.execute(sa.select(feedback).where(feedback.c.feedback_id == row["feedback_id"])).one()


def keep_images(state_path: Path, throw_id: str) -> None:
    """Keep the images of a throw apart from those that are deleted by age; blocks. Without images, or on a full disk, it keeps none."""
    source, kept = state_path / "images" / throw_id, state_path / "feedback" / throw_id
    with contextlib.suppress(OSError):
        images = sorted(source.iterdir())
        kept.mkdir(parents=True, exist_ok=True)
        for image in images:
            with contextlib.suppress(FileExistsError):
                os.link(image, kept / image.name)  # the same file: it takes no space until the other name is deleted
