"""What may enter the board's one inbox, and what a step of it gives back."""

import msgspec

from dartd.errors import CommandRefusedError
from schemas.base import CameraId, Value
from schemas.commands import BoardCommand
from schemas.events import CameraState, JournalledEvent
from schemas.pipe.from_worker import FromWorker
from schemas.pipe.to_worker import ToWorker


class WorkerChange(Value, frozen=True, kw_only=True):
    """A camera process came, went or fell ill, as its supervisor sees it."""

    at_s: float
    camera_id: CameraId
    state: CameraState
    reason: str = ""


class WorkerSilence(Value, frozen=True, kw_only=True):
    """A camera process has said nothing for longer than its heartbeats are apart, or (`over`) speaks again."""

    camera_id: CameraId
    over: bool = False


Input = FromWorker | WorkerChange | WorkerSilence | BoardCommand
Order = tuple[CameraId | None, ToWorker]


class Step(Value, frozen=True, kw_only=True):
    """What came of a batch of inputs: events to journal, orders to send (None = every camera), refused commands by their index."""

    events: tuple[JournalledEvent, ...] = ()
    orders: tuple[Order, ...] = ()
    refusals: dict[int, CommandRefusedError] = msgspec.field(default_factory=dict)
