"""Every throw and every visit as they stand now: folded from the journal's events, in the same commit."""

from collections.abc import Mapping

import msgspec
import sqlalchemy as sa

from dartd.store.listing import ALWAYS, Listing, Page, PageRequest, Span, equal, within
from dartd.store.tables import events, throws, visits
from schemas.codec import decode_journalled, encode_json
from schemas.events import (
    DartBounceOut,
    DartCorrected,
    DartHit,
    DartUnscored,
    ExtraDart,
    JournalledEvent,
    Score,
    ThrowMiss,
    VisitCompleted,
)

PLAY = (DartHit, DartUnscored, ExtraDart, ThrowMiss, DartBounceOut, DartCorrected, VisitCompleted)

THROWS = Listing(throws, throws.c.throw_id, {"seq": throws.c.seq, "points": throws.c.points}, default="-seq")
VISITS = Listing(visits, visits.c.visit_id, {"seq": visits.c.seq, "total": visits.c.total}, default="-seq")


def fold(connection: sa.Connection, event: JournalledEvent, seq: int, at_s: float, *, player_id: str | None = None) -> None:
    """Take in what an event says of throws and visits; one that says nothing of them changes nothing."""
    where = {"seq": seq, "at_s": at_s, "player_id": player_id}
    match event:
        case DartHit():
            at, fusion = event.board_coordinates, event.fusion
            measured = {"x_mm": at.x_mm, "y_mm": at.y_mm, "confidence": fusion.confidence, "uncertainty_mm": fusion.uncertainty_mm}
            slot = {"visit_id": event.visit_id, "dart_number": event.dart_number}
            _insert(connection, event.dart_id, where, {"state": "hit", **slot, **_scored(event.score), **measured})
        case DartUnscored():
            slot = {"visit_id": event.visit_id, "dart_number": event.dart_number}
            _insert(connection, event.dart_id, where, {"state": "unscored", "label": "?", "points": 0, **slot})
        case ExtraDart():
            at = event.board_coordinates
            fields = {"x_mm": at.x_mm, "y_mm": at.y_mm, "uncertainty_mm": event.uncertainty_mm, "visit_id": event.visit_id}
            _insert(connection, event.dart_id, where, {"state": "extra", **_scored(event.score), **fields, "points": 0})
        case ThrowMiss():
            slot = {"visit_id": event.visit_id, "dart_number": event.dart_number}
            _insert(connection, f"m{seq:06d}", where, {"state": "miss", "label": "MISS", "points": 0, **slot})
        case DartBounceOut():
            fallen = sa.update(throws).where(throws.c.throw_id == event.dart_id, throws.c.visit_id == event.visit_id)
            connection.execute(fallen.values(state="bounce_out", points=0))
        case DartCorrected():
            _correct(connection, event, where)
        case VisitCompleted():
            _complete(connection, event, where)
        case _:
            pass


def refold(connection: sa.Connection) -> None:
    """Fold the whole journal into empty tables."""
    last = 0
    while rows := connection.execute(sa.select(events).where(events.c.seq > last).order_by(events.c.seq).limit(1000)).all():
        for row in rows:
            try:
                event = decode_journalled(row.wire)
            except msgspec.DecodeError:  # another version's, or no event of the board
                continue
            fold(connection, event, row.seq, row.at_s)
        last = rows[-1].seq


def list_throws(connection: sa.Connection, ask: PageRequest, where: Mapping[str, object], span: Span = ALWAYS) -> Page:
    """Read a page of throws; `where` gives the values that columns must have, None for any."""
    return THROWS.page(connection, ask, [*equal(throws, where), *within(throws.c.at_s, span)])


def list_visits(connection: sa.Connection, ask: PageRequest, where: Mapping[str, object], span: Span = ALWAYS) -> Page:
    """Read a page of visits that are completed."""
    return VISITS.page(connection, ask, [*equal(visits, where), *within(visits.c.at_s, span)])


def get_throw(connection: sa.Connection, throw_id: str) -> "sa.Row[tuple[object, ...]] | None":
    """Read one throw."""
    return connection.execute(sa.select(throws).where(throws.c.throw_id == throw_id)).first()


def get_visit(connection: sa.Connection, visit_id: str) -> "sa.Row[tuple[object, ...]] | None":
    """Read one visit."""
    return connection.execute(sa.select(visits).where(visits.c.visit_id == visit_id)).first()


def _scored(score: Score) -> dict[str, object]:
    return {"label": score.label, "ring": score.ring, "sector": score.sector, "points": score.total}


def _insert(connection: sa.Connection, throw_id: str, where: Mapping[str, object], fields: Mapping[str, object]) -> None:
    if get_throw(connection, throw_id) is not None:  # the board counts its darts anew when it remembers none: the older one keeps its name
        throw_id = f"{throw_id}-{where['seq']}"
    connection.execute(sa.insert(throws).values(throw_id=throw_id, corrected=False, **where, **fields))


def _correct(connection: sa.Connection, event: DartCorrected, where: Mapping[str, object]) -> None:
    scored = {"label": event.new_label or "?", "points": 0} if event.score is None else _scored(event.score)
    fields = {"state": "deleted", "points": 0} if event.operation == "delete" else {**scored, "state": "hit"}
    in_visit = sa.update(throws).where(throws.c.visit_id == event.visit_id).values(corrected=True, **fields)
    if connection.execute(in_visit.where(throws.c.throw_id == event.dart_id)).rowcount:
        return
    by_number = in_visit.where(throws.c.dart_number == event.dart_number, throws.c.state.in_(("miss", "unscored")))
    if event.operation != "insert" and connection.execute(by_number).rowcount:
        return
    _insert(connection, event.dart_id, where, {**fields, "visit_id": event.visit_id, "dart_number": event.dart_number})


def _complete(connection: sa.Connection, event: VisitCompleted, where: Mapping[str, object]) -> None:
    told = {"total": event.total, "reason": event.reason, "revised": event.revised, "throws": encode_json(event.throws).decode()}
    changed = connection.execute(sa.update(visits).where(visits.c.visit_id == event.visit_id).values(**told))
    if not changed.rowcount:
        connection.execute(sa.insert(visits).values(visit_id=event.visit_id, **where, **told))
