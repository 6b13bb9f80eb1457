"""Play a simulated story through the real camera processes, board, journal and pipeline, as fast as possible."""

from functools import partial
from pathlib import Path

import anyio

from dartd.config import Config
from dartd.deciders import build_board
from dartd.replay.playlist import Playlist
from dartd.replay.replay import Replay, ReplayedEvent
from schemas.base import CameraId
from schemas.pipe.to_worker import SourceSpec
from schemas.recording import RECORDING_VERSION, RecordedCamera, Recording, Sequence
from tests.support.player import simulated
from workers.sources.simulator.script import Script

FPS = 20.0


class SimulatedPlaylist(Playlist):
    """A story instead of a recording: one sequence with its name, and three simulated cameras with their nearest sector."""

    def __init__(self, story: Script, rig: int, until_s: float) -> None:
        sources = simulated(f"seed={story.seed}&story={story.name}", rig, fps=FPS, hint=True)
        super().__init__(Path("simulated"), _recording(story, sources, until_s))
        self.sources = sources


async def replay_simulation(story: Script, rig: int, *, visits: int, timeout_s: float) -> list[ReplayedEvent]:
    """Play the first visits of a story in lockstep and return all events.

    Raises:
        AssertionError: a camera process crashed.
        TimeoutError: it takes too long.
    """
    until_s = story.lead_s + visits * story.length_s
    events: list[ReplayedEvent] = []
    with anyio.fail_after(timeout_s), anyio.CancelScope() as enough:

        def on_progress(at_s: float) -> None:
            if at_s >= until_s:  # some stories have no end
                enough.cancel()

        config = Config()
        outcome = await Replay(
            SimulatedPlaylist(story, rig, until_s), config, partial(build_board, config), on_event=events.append, on_progress=on_progress
        ).run()
        assert outcome.crashed == {}
    return events


def _recording(story: Script, sources: list[SourceSpec], until_s: float) -> Recording:
    cameras = {CameraId(s.camera_id): RecordedCamera(width=s.width, height=s.height, fps=s.fps) for s in sources}
    return Recording(version=RECORDING_VERSION, cameras=cameras, sequences=(Sequence(id=story.name, end_ms=1000 * until_s, frames=()),))
