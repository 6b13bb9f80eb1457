"""A simulated story played through the real camera processes, board, journal and pipeline, as fast as it goes."""

from functools import partial
from pathlib import Path

import anyio

from dartd.config import Config
from dartd.daemon import build_board
from dartd.replay.playlist import Playlist
from dartd.replay.replay import Replay, Told
from schemas.base import CameraId
from schemas.recording import RECORDING_VERSION, RecordedCamera, Recording, Sequence
from schemas.worker import SourceSpec
from tests.support.player import simulated
from workers.sources.simulator.script import Script

FPS = 20.0


class Stage(Playlist):
    """A story in place of a recording: one sequence that bears its name, and three simulated cameras that know their nearest sector."""

    def __init__(self, story: Script, rig: int, until_s: float) -> None:
        sources = simulated(f"seed={story.seed}&story={story.name}", rig, fps=FPS, hint=True)
        super().__init__(Path("simulated"), _recording(story, sources, until_s))
        self.sources = sources


async def perform(story: Script, rig: int, *, visits: int, timeout_s: float) -> list[Told]:
    """Play the first visits of a story in lockstep and give all that was told.

    Raises:
        AssertionError: a camera process broke off.
        TimeoutError: it takes too long.
    """
    until_s = story.lead_s + visits * story.length_s
    told: list[Told] = []
    with anyio.fail_after(timeout_s), anyio.CancelScope() as enough:

        def advance(at_s: float) -> None:
            if at_s >= until_s:  # some stories never end
                enough.cancel()

        config = Config()
        outcome = await Replay(Stage(story, rig, until_s), config, partial(build_board, config), tell=told.append, advance=advance).run()
        assert outcome.crashed == {}
    return told


def _recording(story: Script, sources: list[SourceSpec], until_s: float) -> Recording:
    cameras = {CameraId(s.camera_id): RecordedCamera(width=s.width, height=s.height, fps=s.fps) for s in sources}
    return Recording(version=RECORDING_VERSION, cameras=cameras, sequences=(Sequence(id=story.name, end_ms=1000 * until_s, frames=()),))
