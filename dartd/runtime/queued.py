"""What waits in the inbox of the pipeline, and its callers."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextvars import Context
from typing import Any, NamedTuple

from sqlalchemy import Connection

from dartd.decision import Input
from dartd.store.journal import Write
from schemas.events import Envelope, Snapshot

Answer = asyncio.Future[Any]
CommandHook = Callable[[Connection, tuple[Envelope, ...], Snapshot], None]  # writes about a command, in the commit of its events


class QueuedInput(NamedTuple):
    """An input for the deciders, when it came (media time), who waits for its outcome and what is written with it (commands only)."""

    item: Input
    at_s: float
    answer: Answer | None = None
    hook: CommandHook | None = None


class QueuedWrite(NamedTuple):
    """A write of a person, in the context of the request that asks for it: no decider has a say in it."""

    write: Write
    answer: Answer
    context: Context


Queued = QueuedInput | QueuedWrite


def groups_of(queued: Sequence[QueuedInput]) -> Iterator[Sequence[QueuedInput]]:
    """Cut inputs into what cameras sent and single commands, in order, so that each command knows its own events."""
    if not queued:
        yield ()
    start = 0
    for k, each in enumerate(queued):
        if each.answer is not None:
            if k > start:
                yield queued[start:k]
            yield queued[k : k + 1]
            start = k + 1
    if start < len(queued):
        yield queued[start:]


def settle(answer: Answer | None, outcome: object) -> None:
    """Return an outcome to the waiting caller, or raise it there; one that was cancelled is left alone."""
    if answer is None or answer.done():
        return
    if isinstance(outcome, BaseException):
        answer.set_exception(outcome)
    else:
        answer.set_result(outcome)


def cancel(batch: Iterable[Queued]) -> None:
    """Cancel every caller that waits."""
    for queued in batch:
        if queued.answer is not None:
            queued.answer.cancel()
