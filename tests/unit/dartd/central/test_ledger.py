"""The central store: each event once, whatever comes twice."""

import asyncio
from pathlib import Path

import sqlalchemy as sa

from dartd.central.ledger import ForeignEvent, Ledger
from dartd.store.envelopes import envelope_of
from dartd.store.tables import events, throws
from schemas.base import BoardId
from schemas.events import CommentAdded, JournalledEvent, PlayerErased
from tests.support.throws import hit


def _event(board: str, seq: int, stream: str = "s", at_s: float | None = None) -> ForeignEvent:
    at_s = float(seq) if at_s is None else at_s
    envelope = envelope_of(hit(f"{board}-{at_s}", 1, visit=f"{board}-{at_s}"), BoardId(board), stream, seq, at_s)
    return ForeignEvent(board, stream, seq, envelope.wire)


async def test_each_event_is_stored_once(tmp_path: Path) -> None:
    """Also after a restart, and from a journal that was put back from a copy: its beginning is here already."""
    ledger = await asyncio.to_thread(Ledger.open, tmp_path / "central.db")
    counts = [
        await ledger.append([_event("a", 1), _event("b", 1), _event("a", 2), _event("a", 2)], 4, "t"),
        await ledger.append([_event("a", 1), _event("a", 2), _event("a", 3)], 7, "t"),
    ]
    await asyncio.to_thread(ledger.close)
    ledger = await asyncio.to_thread(Ledger.open, tmp_path / "central.db")
    counts.append(await ledger.append([_event("a", 3), _event("a", 9)], 8, "t"))
    restored = [_event("a", seq, "copy") for seq in (1, 2)]
    counts.append(await ledger.append([*restored, _event("a", 3, "copy", at_s=20.0)], 11, "t"))
    await ledger.rebuild()
    stored, thrown = await ledger.journal.database.read(
        lambda connection: (
            connection.execute(sa.select(sa.func.count()).select_from(events)).scalar_one(),
            connection.execute(sa.select(sa.func.count()).select_from(throws)).scalar_one(),
        )
    )
    position, boards = await ledger.stream_position(), await ledger.positions()
    await asyncio.to_thread(ledger.close)

    assert counts == [3, 1, 1, 1]
    assert (stored, thrown) == (6, 6)
    assert position == (11, "t")
    assert (boards["a"].stream_id, boards["a"].seq, boards["b"].seq) == ("copy", 3, 1)


async def test_an_erased_person_is_erased_here(tmp_path: Path) -> None:
    """What was written about a player must be empty after the event of the erasure, also when both came at once, and all else stay."""
    payloads = [{"parent_type": "player", "parent_id": name, "text": "Remark"} for name in ("ann", "ben")]
    about, other = (CommentAdded(entity_type="comment", entity_id="c", payload=payload, user_id="u") for payload in payloads)
    erased = PlayerErased(player_id="ann", user_id="u")
    ledger = await asyncio.to_thread(Ledger.open, tmp_path / "central.db")
    stored = []
    commits: dict[str, list[list[JournalledEvent]]] = {"a": [[about, other, erased]], "b": [[about], [other, erased]]}
    for board, parts in commits.items():
        seq = 0
        for part in parts:
            wires = [envelope_of(event, BoardId(board), board, seq + k, 1.0).wire for k, event in enumerate(part, 1)]
            await ledger.append([ForeignEvent(board, board, seq + k, wire) for k, wire in enumerate(wires, 1)], 1, "t")
            seq += len(part)
        stored.append(await ledger.journal.database.read(lambda connection: connection.execute(sa.select(events.c.wire)).scalars().all()))
    await asyncio.to_thread(ledger.close)

    assert [sum(b"Remark" in wire for wire in wires) for wires in stored] == [1, 2]
    assert [len(wires) for wires in stored] == [3, 6]


async def test_what_is_no_event_is_left_out(tmp_path: Path) -> None:
    """The stream would bring it again after each start: the events behind it are stored all the same."""
    ledger = await asyncio.to_thread(Ledger.open, tmp_path / "central.db")
    odd = [b"", b"[]", b"\xff", b'{"event_type": "\xff"}', _event("a", 1).wire.replace(b'"timestamp":"19', b'"timestamp":"x9')]
    received = [ForeignEvent("a", "s", seq, wire) for seq, wire in enumerate(odd, 1)]
    stored = await ledger.append([*received, _event("a", 9)], 10, "t")
    await asyncio.to_thread(ledger.close)

    assert stored == 1
