"""What people said of the published beds of darts: feedback and corrections, dart by dart."""

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

import sqlalchemy as sa

from dartd.game.detection_accuracy import JudgedDart, Verdict, judge
from dartd.store.tables import detections, feedback


class DartSelection(NamedTuple):
    """Which darts: thrown since a time (seconds since 1970), by one player, at one board; None: any."""

    since_s: float | None = None
    player_id: str | None = None
    board_id: str | None = None

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """Return the conditions of a query."""
        columns = detections.c
        given = {columns.player_id: self.player_id, columns.board_id: self.board_id}
        since = [] if self.since_s is None else [columns.at_s >= self.since_s]
        return since + [column == value for column, value in given.items() if value is not None]


EVERY_DART = DartSelection()


def count_published(connection: sa.Connection, selection: DartSelection = EVERY_DART) -> Mapping[str, int]:
    """Return the number of darts by their published bed."""
    chosen = sa.select(detections.c.told, sa.func.count()).where(*selection.conditions()).group_by(detections.c.told)
    return {row[0]: row[1] for row in connection.execute(chosen)}


def judged_darts(connection: sa.Connection, selection: DartSelection = EVERY_DART) -> list[JudgedDart]:
    """Return every dart with a verdict, in the order of the throws."""
    columns, where = detections.c, selection.conditions()
    said: dict[str, list[Verdict]] = defaultdict(list)
    published: dict[str, tuple[int, str]] = {}
    corrected = sa.select(columns.throw_id, columns.seq, columns.told, columns.truth, columns.corrected_at_s)
    for row in connection.execute(corrected.where(columns.corrected_at_s.is_not(None), *where)):
        published[row.throw_id] = (row.seq, row.told)
        said[row.throw_id].append(Verdict(row.corrected_at_s, row.truth))
    given = sa.select(
        columns.throw_id,
        columns.seq,
        columns.told,
        feedback.c.verdict,
        feedback.c.published_label,
        feedback.c.label,
        feedback.c.created_at_s,
    ).join(feedback, feedback.c.throw_id == columns.throw_id)
    for row in connection.execute(given.where(feedback.c.verdict != "skip", *where)):
        published[row.throw_id] = (row.seq, row.told)
        truth = row.published_label if row.verdict == "correct" else row.label
        said[row.throw_id].append(Verdict(row.created_at_s, truth))
    ordered = sorted(said, key=lambda throw_id: published[throw_id][0])
    judged = (judge(throw_id, published[throw_id][1], said[throw_id]) for throw_id in ordered)
    return [dart for dart in judged if dart is not None]
