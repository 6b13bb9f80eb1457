"""Every throw and every visit as they stand now."""

from collections.abc import Mapping
from typing import Any

import msgspec
import sqlalchemy as sa

from dartd.store.listing import ALWAYS, Listing, Page, PageRequest, Span, equal, within
from dartd.store.projections.registry import Projection, Recorded
from dartd.store.tables import throws, visits
from schemas.base import DartId, VisitId
from schemas.codec import encode_json
from schemas.correction import BoardVisit
from schemas.events import (
    DartBounceOut,
    DartCorrected,
    DartHit,
    DartUnscored,
    ExtraDart,
    PlayerErased,
    PlayerMerged,
    Score,
    ThrowMiss,
    VisitCompleted,
    VisitThrow,
)

THROWS = Listing(throws, throws.c.throw_id, {"seq": throws.c.seq, "points": throws.c.points}, default="-seq")
VISITS = Listing(visits, visits.c.visit_id, {"seq": visits.c.seq, "total": visits.c.total}, default="-seq")


def fold(connection: sa.Connection, recorded: Recorded) -> None:
    """Apply what an event says of throws and visits."""
    event, seq = recorded.event, recorded.seq
    where = {"seq": seq, "at_s": recorded.at_s, "board_id": recorded.board_id, "player_id": getattr(event, "player_id", None)}
    match event:
        case DartHit():
            at, fusion = event.board_coordinates, event.fusion
            measured = {"x_mm": at.x_mm, "y_mm": at.y_mm, "confidence": fusion.confidence, "uncertainty_mm": fusion.uncertainty_mm}
            slot = {"visit_id": event.visit_id, "dart_number": event.dart_number}
            _insert_throw(connection, event.dart_id, where, {"state": "hit", **slot, **_scored(event.score), **measured})
        case DartUnscored():
            slot = {"visit_id": event.visit_id, "dart_number": event.dart_number}
            _insert_throw(connection, event.dart_id, where, {"state": "unscored", "label": "?", "points": 0, **slot})
        case ExtraDart():
            at = event.board_coordinates
            fields = {"x_mm": at.x_mm, "y_mm": at.y_mm, "uncertainty_mm": event.uncertainty_mm, "visit_id": event.visit_id}
            _insert_throw(connection, event.dart_id, where, {"state": "extra", **_scored(event.score), **fields, "points": 0})
        case ThrowMiss():
            slot = {"visit_id": event.visit_id, "dart_number": event.dart_number}
            _insert_throw(connection, f"{recorded.board_id}-m{seq:06d}", where, {"state": "miss", "label": "MISS", "points": 0, **slot})
        case DartBounceOut():
            fallen = sa.update(throws).where(throws.c.throw_id == latest_id(connection, throws.c.throw_id, event.dart_id))
            connection.execute(fallen.values(state="bounce_out", points=0))
        case DartCorrected():
            _correct(connection, event, where)
        case VisitCompleted():
            _complete(connection, event, where)
        case PlayerMerged():
            _rename_player(connection, event.player_id, event.into_player_id)
        case PlayerErased():
            _rename_player(connection, event.player_id, None)
        case _:
            raise TypeError(f"{type(event).__name__} is not followed by this projection")


PROJECTION = Projection(
    name="throws",
    version=1,
    tables=(throws, visits),
    follows=(DartHit, DartUnscored, ExtraDart, ThrowMiss, DartBounceOut, DartCorrected, VisitCompleted, PlayerMerged, PlayerErased),
    fold=fold,
)


def list_throws(connection: sa.Connection, ask: PageRequest, where: Mapping[str, object], span: Span = ALWAYS) -> Page:
    """Return a page of throws; `where` gives the values that columns must have, None for any."""
    return THROWS.page(connection, ask, [*equal(throws, where), *within(throws.c.at_s, span)])


def list_visits(connection: sa.Connection, ask: PageRequest, where: Mapping[str, object], span: Span = ALWAYS) -> Page:
    """Return a page of completed visits."""
    return VISITS.page(connection, ask, [*equal(visits, where), *within(visits.c.at_s, span)])


def get_throw(connection: sa.Connection, throw_id: str) -> Any:
    """Return one throw, None when there is none."""
    return connection.execute(sa.select(throws).where(throws.c.throw_id == throw_id)).first()


def get_visit(connection: sa.Connection, visit_id: str) -> Any:
    """Return one visit, None when there is none."""
    return connection.execute(sa.select(visits).where(visits.c.visit_id == visit_id)).first()


def visit_of_dart(connection: sa.Connection, *, throw_id: str | None = None, visit_id: str | None = None) -> BoardVisit | None:
    """Return the visit of a throw, or one by its id, as it stands; None when there is none."""
    if throw_id is not None:
        row = get_throw(connection, throw_id)
        visit_id = None if row is None else row.visit_id
    if visit_id is None:
        return None
    completed = get_visit(connection, visit_id)
    if completed is not None:
        thrown = msgspec.json.decode(completed.throws, type=tuple[VisitThrow, ...])
        return BoardVisit(visit_id=VisitId(visit_id), player_id=completed.player_id, throws=thrown, completed=True)
    in_slot = (throws.c.visit_id == visit_id, throws.c.dart_number.is_not(None), throws.c.state != "deleted")
    rows = connection.execute(sa.select(throws).where(*in_slot).order_by(throws.c.dart_number)).all()
    if not rows:
        return None
    slots = (
        VisitThrow(
            dart_number=row.dart_number,
            dart_id=None if row.state == "miss" else DartId(row.throw_id),
            label=row.label,
            points=row.points,
            bounced=row.state == "bounce_out",
        )
        for row in rows
    )
    return BoardVisit(visit_id=VisitId(visit_id), player_id=rows[0].player_id, throws=tuple(slots), completed=False)


def _scored(score: Score) -> dict[str, object]:
    return {"label": score.label, "ring": score.ring, "sector": score.sector, "points": score.total}


def latest_id(connection: sa.Connection, column: "sa.Column[str]", given: str) -> str:
    """Return the id under which the latest row of an id stands.

    Stores before revision 5 gave ids again after a restart: the later rows have their event's seq behind the id.
    """
    again = sa.and_(column > f"{given}-", column < f"{given}.")
    chosen = sa.select(column).where(sa.or_(column == given, again)).order_by(column.table.c.seq.desc()).limit(1)
    return connection.execute(chosen).scalar() or given


def fresh_id(connection: sa.Connection, column: "sa.Column[str]", given: str, seq: object) -> str:
    """Return an id for a new row: the given one unless a row has it."""
    return f"{given}-{seq}" if connection.execute(sa.select(column).where(column == given)).first() else given


def _insert_throw(connection: sa.Connection, throw_id: str, where: Mapping[str, object], fields: Mapping[str, object]) -> None:
    throw_id = fresh_id(connection, throws.c.throw_id, throw_id, where["seq"])
    connection.execute(sa.insert(throws).values(throw_id=throw_id, corrected=False, **where, **fields))


def _correct(connection: sa.Connection, event: DartCorrected, where: Mapping[str, object]) -> None:
    scored = {"label": event.new_label or "?", "points": 0} if event.score is None else _scored(event.score)
    fields = {"state": "deleted", "points": 0} if event.operation == "delete" else {**scored, "state": "hit"}
    in_visit = sa.update(throws).where(throws.c.visit_id == event.visit_id).values(corrected=True, **fields)
    if connection.execute(in_visit.where(throws.c.throw_id == latest_id(connection, throws.c.throw_id, event.dart_id))).rowcount:
        return
    by_number = in_visit.where(throws.c.dart_number == event.dart_number, throws.c.state.in_(("miss", "unscored")))
    if event.operation != "insert" and connection.execute(by_number).rowcount:
        return
    _insert_throw(connection, event.dart_id, where, {**fields, "visit_id": event.visit_id, "dart_number": event.dart_number})


def _complete(connection: sa.Connection, event: VisitCompleted, where: Mapping[str, object]) -> None:
    fields = {"total": event.total, "reason": event.reason, "revised": event.revised, "throws": encode_json(event.throws).decode()}
    if event.revised:
        latest = latest_id(connection, visits.c.visit_id, event.visit_id)
        if connection.execute(sa.update(visits).where(visits.c.visit_id == latest).values(**fields)).rowcount:
            return
    visit_id = fresh_id(connection, visits.c.visit_id, event.visit_id, where["seq"])
    connection.execute(sa.insert(visits).values(visit_id=visit_id, **where, **fields))


def _rename_player(connection: sa.Connection, player_id: str, into: str | None) -> None:
    for table in (throws, visits):
        connection.execute(sa.update(table).where(table.c.player_id == player_id).values(player_id=into))
