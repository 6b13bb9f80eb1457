"""The registry of projections: which are rebuilt, and what a failing fold leaves behind."""

import sqlalchemy as sa

from dartd.store.projections import ALL
from dartd.store.projections.registry import Projection, Recorded, Registry
from dartd.store.tables import events, metadata
from schemas.base import BoardId, VisitId
from schemas.codec import encode_wire
from schemas.events import BoardReset

BOARD = BoardId("main")


def _fold(connection: sa.Connection, recorded: Recorded) -> None:
    assert isinstance(recorded.event, BoardReset)
    if recorded.event.visit_id == "bad":
        raise ValueError("mine")
    connection.execute(sa.insert(metadata).values(key=recorded.event.visit_id, value=str(recorded.seq)))


def _projection(version: int = 1) -> Projection:
    return Projection(name="own", version=version, tables=(metadata,), follows=(BoardReset,), fold=_fold)


def _journal(connection: sa.Connection, *visits: str) -> list[Recorded]:
    recorded = [Recorded(BoardReset(visit_id=VisitId(visit)), seq, 1.0, BOARD) for seq, visit in enumerate(visits, 1)]
    for each in recorded:
        row = {"seq": each.seq, "at_s": each.at_s, "topic": "board:main", "event_type": "board_reset", "board_id": BOARD}
        connection.execute(sa.insert(events).values(**row, wire=encode_wire(each.event, {"seq": each.seq})))
    return recorded


def _rows(connection: sa.Connection) -> list[tuple[str, str]]:
    return [(row.key, row.value) for row in connection.execute(sa.select(metadata).order_by(metadata.c.value))]


def test_a_projection_of_another_version_is_rebuilt(core: sa.Connection) -> None:
    """A new one, and one whose fold has changed; one that is up to date is not."""
    registry = Registry([_projection()], lambda _: False)
    new = registry.load(core)
    registry.rebuild(core, new)
    again = registry.load(core)
    changed = Registry([_projection(version=2)], lambda _: False).load(core)

    assert ([each.name for each in new], again, [each.version for each in changed]) == (["own"], [], [2])


def test_a_rebuild_replaces_what_was_there(core: sa.Connection) -> None:
    """The tables hold what the journal says, and progress is reported."""
    _journal(core, "a", "b")
    core.execute(sa.insert(metadata).values(key="stray", value="9"))
    read: list[int] = []
    Registry([_projection()], lambda _: False).rebuild(core, progress=read.append)

    assert _rows(core) == [("a", "1"), ("b", "2")]
    assert read == [2]


def test_a_failing_fold_leaves_out_its_event_alone(core: sa.Connection) -> None:
    """Its failure is stored with the first event that failed; the events around it are folded."""
    recorded = _journal(core, "a", "bad", "c", "bad")
    registry = Registry([_projection()], lambda _: False)
    registry.rebuild(core, registry.load(core))
    core.execute(sa.delete(metadata))
    registry.follow(core, recorded)
    again = Registry([_projection()], lambda _: False)
    again.load(core)

    assert _rows(core) == [("a", "1"), ("c", "3")]
    assert registry.failures == again.failures == {"own": "event 2: ValueError: mine"}


def test_every_projection_is_declared_whole() -> None:
    """Names are unique, and each follows events and fills tables."""
    assert len({each.name for each in ALL}) == len(ALL)
    assert all(each.tables and each.event_types() for each in ALL)
