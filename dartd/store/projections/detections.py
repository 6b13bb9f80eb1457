"""The bed of each dart as the cameras published it, and the true one where the dart was corrected."""

from collections.abc import Mapping

import sqlalchemy as sa

from dartd.game.detection_accuracy import NO_DART, UNSCORED
from dartd.store.projections.registry import Projection, Recorded
from dartd.store.projections.throws import fresh_id, latest_id
from dartd.store.tables import detections
from schemas.events import DartCorrected, DartHit, DartUnscored, PlayerErased, PlayerMerged, ThrowMiss

_KEY = detections.c.throw_id


def fold(connection: sa.Connection, recorded: Recorded) -> None:
    """Apply what an event says of a published bed."""
    event, seq = recorded.event, recorded.seq
    where = {"seq": seq, "at_s": recorded.at_s, "board_id": recorded.board_id, "player_id": getattr(event, "player_id", None)}
    match event:
        case DartHit() | DartUnscored():
            told = event.score.label if isinstance(event, DartHit) else UNSCORED
            _insert(connection, event.dart_id, {**where, "visit_id": event.visit_id, "dart_number": event.dart_number, "told": told})
        case ThrowMiss():
            slot = {"visit_id": event.visit_id, "dart_number": event.dart_number}
            _insert(connection, f"{recorded.board_id}-m{seq:06d}", {**where, **slot, "told": "MISS"})
        case DartCorrected():
            _correct(connection, event, where)
        case PlayerMerged():
            _rename_player(connection, event.player_id, event.into_player_id)
        case PlayerErased():
            _rename_player(connection, event.player_id, None)
        case _:
            raise TypeError(f"{type(event).__name__} is not followed by this projection")


PROJECTION = Projection(
    name="detections",
    version=1,
    tables=(detections,),
    follows=(DartHit, DartUnscored, ThrowMiss, DartCorrected, PlayerMerged, PlayerErased),
    fold=fold,
)


def _insert(connection: sa.Connection, throw_id: str, values: Mapping[str, object]) -> None:
    connection.execute(sa.insert(detections).values(throw_id=fresh_id(connection, _KEY, throw_id, values["seq"]), **values))


def _correct(connection: sa.Connection, event: DartCorrected, where: Mapping[str, object]) -> None:
    truth = NO_DART if event.operation == "delete" else event.new_label or UNSCORED
    values = {"truth": truth, "corrected_at_s": where["at_s"]}
    of_visit = sa.update(detections).where(detections.c.visit_id == event.visit_id).values(values)
    throw_id = latest_id(connection, _KEY, event.dart_id)
    if connection.execute(of_visit.where(detections.c.throw_id == throw_id)).rowcount:
        # A dart that a person inserted and deleted again says nothing of the cameras.
        connection.execute(sa.delete(detections).where(detections.c.told == NO_DART, detections.c.truth == NO_DART))
        return
    in_slot = of_visit.where(detections.c.dart_number == event.dart_number, detections.c.told.in_(("MISS", UNSCORED)))
    if event.operation != "insert" and connection.execute(in_slot).rowcount:
        return
    slot = {"visit_id": event.visit_id, "dart_number": event.dart_number, "told": NO_DART}
    _insert(connection, event.dart_id, {**where, **slot, **values})


def _rename_player(connection: sa.Connection, player_id: str, into: str | None) -> None:
    connection.execute(sa.update(detections).where(detections.c.player_id == player_id).values(player_id=into))
