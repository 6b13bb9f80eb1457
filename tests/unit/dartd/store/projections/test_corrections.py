"""The table of corrections."""

from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from dartd.store.listing import PageRequest
from dartd.store.projections.corrections import PROJECTION, correction_in, fold, get_correction, list_corrections
from dartd.store.projections.registry import Recorded
from schemas.base import BoardId
from schemas.correction import CorrectionState
from schemas.events import EntityAdded, EntityStatusChanged, PlayerErased, PlayerMerged
from tests.support.projections import follow
from tests.support.throws import hit


def step(correction_id: str, kind: Any = EntityAdded, **given: Any) -> Any:
    """Return a step of a correction."""
    fields = {"type": "change", "status": "pending", "requested_by": "u", "created_at": "t", **given}
    state = CorrectionState(correction_id=correction_id, **fields)
    return kind(entity_type="correction", entity_id=correction_id, payload=msgspec.to_builtins(state), user_id="u")


def test_a_correction_and_its_steps(core: sa.Connection) -> None:
    """The last step counts; other entities are no corrections."""
    follow(
        core,
        PROJECTION,
        step("c1", match_id="m1"),
        step("c2", dart_id="d1"),
        EntityAdded(entity_type="zone", entity_id="z", payload={}, user_id="u"),
    )
    follow(core, PROJECTION, step("c1", EntityStatusChanged, match_id="m1", status="applied"), first=4)
    found = get_correction(core, "c1")
    pending = list_corrections(core, PageRequest(), {"status": "pending"}).rows

    assert (found and found.status, [correction_in(row).correction_id for row in pending]) == ("applied", ["c2"])
    assert get_correction(core, "c3") is None


def test_players_are_merged_and_erased(core: sa.Connection) -> None:
    """As everywhere."""
    follow(core, PROJECTION, step("c1", player_id="ann"), PlayerMerged(player_id="ann", into_player_id="bob", user_id="u"))
    merged = list_corrections(core, PageRequest(), {"player_id": "bob"}).rows
    follow(core, PROJECTION, PlayerErased(player_id="bob", user_id="u"), first=3)
    erased = get_correction(core, "c1")

    assert ([correction_in(row).player_id for row in merged], erased and erased.player_id) == (["bob"], None)


def test_other_events_are_an_error(core: sa.Connection) -> None:
    """Only what is followed may come."""
    with pytest.raises(TypeError):
        fold(core, Recorded(hit("d1"), 1, 1.0, BoardId("main")))
