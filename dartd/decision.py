"""The inputs of the pipeline's deciders, and the outcome of a step: values in, values out."""

import msgspec

from dartd.errors import CommandRefusedError
from dartd.figures import OutletFigures
from schemas.base import CameraId, DartId, Value
from schemas.commands import AnyCommand
from schemas.events import CameraState, JournalledEvent
from schemas.pipe.from_worker import FaultKind, FromWorker
from schemas.pipe.to_worker import ToWorker


class WorkerChange(Value, frozen=True, kw_only=True):
    """A camera process started, ended or failed, as its supervisor reports."""

    at_s: float
    camera_id: CameraId
    state: CameraState
    reason: str = ""


class WorkerSilence(Value, frozen=True, kw_only=True):
    """A camera process has sent nothing for longer than its heartbeats are apart, or (`over`) sends again."""

    camera_id: CameraId
    over: bool = False


class CameraAdded(Value, frozen=True, kw_only=True):
    """A camera was added; its process starts next."""

    camera_id: CameraId


class CameraRemoved(Value, frozen=True, kw_only=True):
    """A camera was removed; its process has ended."""

    camera_id: CameraId


class CameraSample(Value, frozen=True, kw_only=True):
    """A camera at a moment; `expected_fps` is what its configuration asks for."""

    camera_id: CameraId
    state: CameraState
    fps: float = 0.0
    expected_fps: float = 0.0
    faults: tuple[FaultKind, ...] = ()


class WebhookSample(Value, frozen=True, kw_only=True):
    """An active webhook: for how many seconds its receiver has taken nothing (0: it does), and the deliveries given up meanwhile."""

    webhook_id: str
    name: str
    failing_s: float = 0.0
    lost: int = 0


class ZoneSample(Value, frozen=True, kw_only=True):
    """A zone that is to have at least `min` darts or players in it."""

    zone_id: str
    name: str
    count: int
    min: int


class Sample(Value, frozen=True, kw_only=True):
    """The figures of the daemon and its machine at a moment, from which alerts are made; None: not known.

    `commits_ms`: how long each commit since the sample before took; `backup_problem`: why the last backup failed, or that it is overdue.
    """

    cameras: tuple[CameraSample, ...] = ()
    cpu_percent: float | None = None
    memory_percent: float | None = None
    temperature_c: float | None = None
    disk_free_mb: float | None = None
    commits_ms: tuple[float, ...] = ()
    webhooks: tuple[WebhookSample, ...] = ()
    outlets: tuple[OutletFigures, ...] = ()
    zones: tuple[ZoneSample, ...] = ()
    backup_problem: str | None = None


class Refused(Value, frozen=True, kw_only=True):
    """A command that a decider before this one has refused: nothing is to be done with it."""


# Deciders also get the events that they do not emit themselves: those of earlier deciders, and those of people's writes.
Input = FromWorker | WorkerChange | WorkerSilence | CameraAdded | CameraRemoved | Sample | AnyCommand | JournalledEvent | Refused
Order = tuple[CameraId | None, ToWorker]


class Step(Value, frozen=True, kw_only=True):
    """The outcome of a batch of inputs: events to journal, orders to send (None = every camera), refused commands by their index.

    `settled_s` is the capture time, in media time, of the first still frame of each dart that hit. `replaced`: commands that later
    deciders get in place of an input, by its index.
    """

    events: tuple[JournalledEvent, ...] = ()
    orders: tuple[Order, ...] = ()
    refusals: dict[int, CommandRefusedError] = msgspec.field(default_factory=dict)
    settled_s: dict[DartId, float] = msgspec.field(default_factory=dict)
    replaced: dict[int, AnyCommand] = msgspec.field(default_factory=dict)
