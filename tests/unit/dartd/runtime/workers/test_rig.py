"""The cameras of the board while it runs."""

from dartd.decision import CameraAdded, CameraRemoved
from dartd.runtime.workers.rig import CameraRig
from schemas.base import CameraId
from schemas.pipe.to_worker import SourceSpec


class Log:
    """What was started, stopped and passed to the board, in order."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def add(self, camera_id: CameraId) -> None:
        """Start a process."""
        self.lines.append(f"start {camera_id}")

    async def remove(self, camera_id: CameraId) -> None:
        """End a process."""
        self.lines.append(f"stop {camera_id}")

    def restart(self, camera_id: CameraId, reason: str) -> None:
        """Replace a process."""
        self.lines.append(f"restart {camera_id}: {reason}")

    async def deliver(self, item: CameraAdded | CameraRemoved) -> None:
        """Pass a change to the board."""
        self.lines.append(f"{type(item).__name__} {item.camera_id}")


def _source(camera_id: str, fps: float = 30.0) -> SourceSpec:
    return SourceSpec(camera_id=CameraId(camera_id), url="sim:?camera=0", fps=fps)


async def test_a_camera_is_known_before_it_starts_and_forgotten_after_it_ended() -> None:
    """No message of a camera may reach a board that does not know it."""
    log, rig = Log(), CameraRig([_source("one")])
    rig.include(_source("stored"))
    rig.connect(log, log.deliver)
    await rig.add(_source("two"))
    await rig.change(_source("two"))
    await rig.change(_source("two", 10.0))
    rig.note_frames(CameraId("two"), 7.0)
    rig.note_frames(CameraId("unknown"), 7.0)
    seen = [rig.last_seen_s(CameraId(name)) for name in ("one", "two", "unknown")]
    found = rig.source("two")
    await rig.remove(CameraId("two"))

    assert log.lines == ["CameraAdded two", "start two", "restart two: its settings were changed", "stop two", "CameraRemoved two"]
    assert (sorted(map(str, rig.sources)), sorted(map(str, rig.configured))) == (["one", "stored"], ["one"])
    assert rig.source("two") is None
    assert (seen, found) == ([None, 7.0, None], _source("two", 10.0))
