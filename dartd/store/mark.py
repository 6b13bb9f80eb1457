"""How far a stream of events was written, as it is noted outside the database."""

from collections.abc import Sequence
from typing import NamedTuple


class Mark(NamedTuple):
    """How far a stream of events was written, as far as the lock file knows; a store with less is a copy of an earlier day."""

    stream_id: str
    seq: int


def mark_of(lines: Sequence[str], *, other: str = "") -> Mark | None:
    """Return the mark in the second line of a lock file, None when there is none; a line that begins with `other` is something else."""
    stream_id, _, seq = lines[1].strip().partition(" ") if len(lines) > 1 else ("", "", "")
    return Mark(stream_id, int(seq)) if stream_id and stream_id != other and seq.isdecimal() else None


def noted(pid: int, mark: Mark | None) -> str:
    """Return the first lines of a lock file: the process that holds it, and the mark."""
    return f"{pid}\n" + (f"{mark.stream_id} {mark.seq}\n" if mark is not None else "")
