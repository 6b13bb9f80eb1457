"""Every correction as it stands now."""

from collections.abc import Mapping
from typing import Any

import msgspec
import sqlalchemy as sa

from dartd.store.listing import Listing, Page, PageRequest, equal
from dartd.store.projections.registry import Projection, Recorded
from dartd.store.tables import corrections
from schemas.codec import encode_json
from schemas.correction import CorrectionState
from schemas.events import EntityAdded, EntityStatusChanged, PlayerErased, PlayerMerged

CORRECTIONS = Listing(corrections, corrections.c.correction_id, {"created_at": corrections.c.seq}, default="-created_at")

_ENTITY = "correction"

_state = msgspec.json.Decoder(CorrectionState)


def fold(connection: sa.Connection, recorded: Recorded) -> None:
    """Apply what an event says of a correction."""
    event = recorded.event
    match event:
        case EntityAdded():
            if event.entity_type == _ENTITY:
                state = msgspec.convert(event.payload, CorrectionState)
                connection.execute(sa.insert(corrections).values(correction_id=state.correction_id, seq=recorded.seq, **_columns(state)))
        case EntityStatusChanged():
            if event.entity_type == _ENTITY:
                _store(connection, msgspec.convert(event.payload, CorrectionState))
        case PlayerMerged():
            _rename_player(connection, event.player_id, event.into_player_id)
        case PlayerErased():
            _rename_player(connection, event.player_id, None)
        case _:
            raise TypeError(f"{type(event).__name__} is not followed by this projection")


PROJECTION = Projection(
    name="corrections",
    version=1,
    tables=(corrections,),
    follows=(EntityAdded, EntityStatusChanged, PlayerMerged, PlayerErased),
    fold=fold,
)


def get_correction(connection: sa.Connection, correction_id: str) -> CorrectionState | None:
    """Return a correction, None if there is none."""
    row = connection.execute(sa.select(corrections).where(corrections.c.correction_id == correction_id)).first()
    return None if row is None else correction_in(row)


def correction_in(row: Any) -> CorrectionState:
    """Return the correction of a row as GET answers it."""
    return _state.decode(row.body)


def list_corrections(connection: sa.Connection, ask: PageRequest, where: Mapping[str, object]) -> Page:
    """Return a page of corrections; `where` gives the values of columns, None for any."""
    return CORRECTIONS.page(connection, ask, equal(corrections, where))


def _columns(state: CorrectionState) -> dict[str, object]:
    fields = {name: getattr(state, name) for name in ("status", "match_id", "dart_id", "player_id")}
    return {**fields, "body": encode_json(state).decode()}


def _store(connection: sa.Connection, state: CorrectionState) -> None:
    connection.execute(sa.update(corrections).where(corrections.c.correction_id == state.correction_id).values(_columns(state)))


def _rename_player(connection: sa.Connection, player_id: str, into: str | None) -> None:
    for row in connection.execute(sa.select(corrections).where(corrections.c.player_id == player_id)).all():
        _store(connection, msgspec.structs.replace(correction_in(row), player_id=into))
