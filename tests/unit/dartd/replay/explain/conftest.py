"""A dart that three cameras saw, as a replay tells it."""

from pathlib import Path
from typing import NamedTuple

import pytest

from dartd.board.core import Board
from dartd.board.throws import ThrowTimes
from dartd.replay.explain.observer import Witness
from dartd.replay.playlist import Playlist
from dartd.replay.replay import Told
from schemas.base import BoardId, EventId
from schemas.board import BoardSpec
from schemas.events import DartHit, Envelope
from schemas.geometry import Axis3
from schemas.pipe.from_worker import Calibrated, MotionDetected, Settled, SourceOpened
from schemas.recording import RecordedCamera, Recording, Sequence
from tests.support.sightings import rig, sight

AXIS = Axis3(x_mm=10.0, y_mm=103.0, slope_x=0.05, slope_y=0.2)


class Seen(NamedTuple):
    """What a replay leaves behind: the witness, what was told, and the recording that was played."""

    witness: Witness
    told: list[Told]
    playlist: Playlist


@pytest.fixture(scope="session")
def seen() -> Seen:
    """Let three cameras see a dart in the T20 at 1.5 s."""
    calibrations = rig()
    cameras = [c.camera_id for c in calibrations]
    witness = Witness(Board(BoardId("main"), cameras, BoardSpec(), ThrowTimes()))
    witness.step([SourceOpened(camera_id=c, pid=1, width=800, height=600) for c in cameras], 0.0)
    witness.step([Calibrated(camera_id=c.camera_id, t_s=0.1, calibration=c) for c in calibrations], 0.1)
    witness.step([MotionDetected(camera_id=c, t_s=1.4, episode=1) for c in cameras], 1.4)
    settled = [
        Settled(camera_id=c.camera_id, t_s=1.5, episode=1, started_s=1.4, finding="dart", changed_share=0.01, sightings=(sight(c, AXIS),))
        for c in calibrations
    ]
    step = witness.step(settled, 1.5)
    told = [
        Told(
            sequence_id="s0",
            t_ms=1500.0,
            envelope=Envelope(
                seq=1, event_id=EventId("e"), board_id=BoardId("b"), topic="board:b", at_s=0.0, timestamp="", event=event, wire=b"{}"
            ),
        )
        for event in step.events
        if isinstance(event, DartHit)
    ]
    recording = Recording(
        version=1,
        cameras={c: RecordedCamera(width=800, height=600) for c in cameras},
        sequences=tuple(Sequence(id=name, end_ms=3000.0, frames=()) for name in ("s0", "s1")),
    )
    return Seen(witness, told, Playlist(Path(), recording))
