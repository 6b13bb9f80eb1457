"""The deciders of the pipeline as one: each is stepped in order and gets the events of those before it."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from dartd.decision import Input, Order, Refused, Step
from dartd.errors import CommandRefusedError
from schemas.base import DartId
from schemas.events import JournalledEvent


class Decider(Protocol):
    """A pure state machine over the inbox. What it must remember over a restart is kept in the commit of its events."""

    name: str

    def step(self, inputs: Sequence[Input], now: float) -> Step:
        """Decide what the inputs mean at media time `now`; inputs of other deciders are ignored."""

    def deadline(self) -> float | None:
        """Return the earliest media time at which `step` must be called without an input."""

    def memory(self, epoch_s: float) -> bytes:
        """Return all that must survive a restart; `epoch_s` is the wall time of media time 0."""

    def restore(self, memory: bytes | None, events: Iterable[tuple[JournalledEvent, float]], *, now: float, epoch_s: float) -> None:
        """Take over a stored memory and apply the events behind it, each with its media time.

        Raises:
            msgspec.DecodeError: the memory cannot be read; nothing was taken over.
        """


class Deciders:
    """The list of deciders. `changed` names those whose memory may differ from what was stored last."""

    def __init__(self, deciders: Sequence[Decider]) -> None:
        self._deciders = tuple(deciders)
        self.changed: set[str] = set()

    def step(self, inputs: Sequence[Input], now: float) -> Step:
        """Step every decider with the inputs and the events of the deciders before it; a refusal is of the decider that refuses first."""
        events: list[JournalledEvent] = []
        orders: list[Order] = []
        refusals: dict[int, CommandRefusedError] = {}
        settled_s: dict[DartId, float] = {}
        current = list(inputs)
        has_events = any(isinstance(item, JournalledEvent) for item in inputs)  # asks for a hundred types: once, not once per decider
        for decider in self._deciders:
            step = decider.step([*current, *events], now)
            if step.events or events or has_events:
                self.changed.add(decider.name)
            events += step.events
            orders += step.orders
            refusals = {**step.refusals, **refusals}
            settled_s |= step.settled_s
            for index, command in step.replaced.items():
                current[index] = command
            for index in step.refusals:
                current[index] = Refused()
        return Step(events=tuple(events), orders=tuple(orders), refusals=refusals, settled_s=settled_s)

    def deadline(self) -> float | None:
        """Return the earliest deadline of all."""
        return min((due_s for each in self._deciders if (due_s := each.deadline()) is not None), default=None)

    def memories(self, epoch_s: float) -> dict[str, bytes]:
        """Return the memory of each decider that may have changed, by its name."""
        return {each.name: each.memory(epoch_s) for each in self._deciders if each.name in self.changed}
