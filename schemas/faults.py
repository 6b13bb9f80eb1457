"""Faults on purpose: what a scenario does to cameras, their processes, the disk and the clock, and when."""

from typing import Annotated, Literal, get_args

from msgspec import Meta

from schemas.base import CameraId, Value

FrameFault = Literal["unplugged", "frozen", "black", "exposure", "slow", "corrupt"]
ProcessFault = Literal["crash", "hang", "garbage", "half_message", "flood"]
DaemonFault = Literal["disk_full", "database_locked", "clock_step"]

FRAME_FAULTS: frozenset[str] = frozenset(get_args(FrameFault))
PROCESS_FAULTS: frozenset[str] = frozenset(get_args(ProcessFault))
DAEMON_FAULTS: frozenset[str] = frozenset(get_args(DaemonFault))

_Seconds = Annotated[float, Meta(ge=0, le=1e9, description="seconds")]  # as media time it counts from the start of the machine


class ScriptedFault(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One fault. `at_s` counts from the start of the daemon in a file, and is media time on its way to a camera process.

    Frame and daemon faults last for `for_s`; what happens to a process happens once. `camera` None means every camera.
    """

    kind: Annotated[FrameFault | ProcessFault | DaemonFault, Meta(description="what goes wrong")]
    at_s: _Seconds
    for_s: Annotated[float, Meta(ge=0, le=86_400, description="seconds that it lasts")] = 5.0
    camera: CameraId | None = None
    fps: Annotated[float, Meta(ge=0.1, le=120, description="frames a second that are left by slow")] = 5.0
    gain: Annotated[float, Meta(ge=0, le=10, description="times as bright, by exposure")] = 1.8
    step_s: Annotated[float, Meta(ge=-315_360_000, le=315_360_000, description="seconds by which clock_step sets the clock")] = 3600.0

    def concerns(self, camera_id: CameraId) -> bool:
        """Say whether a camera or its process is struck."""
        return self.kind not in DAEMON_FAULTS and self.camera in {None, camera_id}

    def is_on(self, t_s: float) -> bool:
        """Say whether a fault that lasts is on at a time."""
        return self.at_s <= t_s < self.at_s + self.for_s


class Scenario(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A file of faults; `about` says for people what is to be seen."""

    faults: tuple[ScriptedFault, ...]
    about: str = ""
