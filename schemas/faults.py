"""Faults to inject into cameras, their processes, the disk and the clock, and when."""

from typing import Annotated, Literal, get_args

from msgspec import Meta

from schemas.base import CameraId, Value

FrameFault = Literal[
    "unplugged", "frozen", "black", "exposure", "slow", "corrupt", "knocked", "loose", "blurred", "lagging", "overloaded"
]  # fmt: skip
ProcessFault = Literal["crash", "hang", "garbage", "half_message", "flood"]
DaemonFault = Literal["disk_full", "database_locked", "clock_step"]

FRAME_FAULTS: frozenset[str] = frozenset(get_args(FrameFault))
PROCESS_FAULTS: frozenset[str] = frozenset(get_args(ProcessFault))
DAEMON_FAULTS: frozenset[str] = frozenset(get_args(DaemonFault))

LOOSE_S = 5.0  # between two movements of a loose camera: about what lies between two darts

_Seconds = Annotated[float, Meta(ge=0, le=1e9, description="seconds")]  # media time counts from the start of the machine


class ScriptedFault(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One fault. `at_s` counts from the start of the daemon in a scenario file, and is media time in `Configure`.

    Frame and daemon faults last for `for_s`; a process fault happens once. `camera` None means every camera.
    """

    kind: Annotated[FrameFault | ProcessFault | DaemonFault, Meta(description="the kind of fault")]
    at_s: _Seconds
    for_s: Annotated[float, Meta(ge=0, le=86_400, description="duration in seconds")] = 5.0
    camera: CameraId | None = None
    fps: Annotated[float, Meta(ge=0.1, le=120, description="frames per second that slow leaves")] = 5.0
    gain: Annotated[float, Meta(ge=0, le=10, description="factor of the brightness, for exposure")] = 1.8
    degrees: Annotated[float, Meta(ge=-45, le=45, description="angle by which knocked and loose turn the camera")] = 10.0
    blur_px: Annotated[float, Meta(ge=0, le=50, description="standard deviation that blurred grows to in half its time")] = 4.0
    lag_s: Annotated[float, Meta(ge=0, le=10, description="seconds by which pictures are late, for lagging and overloaded")] = 1.0
    step_s: Annotated[float, Meta(ge=-315_360_000, le=315_360_000, description="seconds by which clock_step changes the clock")] = 3600.0

    def concerns(self, camera_id: CameraId) -> bool:
        """Return whether the fault concerns a camera or its process."""
        return self.kind not in DAEMON_FAULTS and self.camera in {None, camera_id}

    def is_on(self, t_s: float) -> bool:
        """Return whether a fault with a duration is active at a time."""
        return self.at_s <= t_s < self.at_s + self.for_s

    def turned_degrees(self, t_s: float) -> float:
        """Return by how much a camera is turned at a time: one that is loose rests to the left and to the right in turn."""
        swings = self.kind == "loose" and int((t_s - self.at_s) // LOOSE_S) % 2
        return -self.degrees if swings else self.degrees

    def blurred_px(self, t_s: float) -> float:
        """Return the standard deviation of the blur at a time."""
        return self.blur_px * min(1.0, 2 * (t_s - self.at_s) / self.for_s) if self.for_s else 0.0


class Scenario(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A file of faults; `about` describes the expected effects for the user."""

    faults: tuple[ScriptedFault, ...]
    about: str = ""
