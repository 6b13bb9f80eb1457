"""A dart that three cameras saw, as a replay reports it."""

from pathlib import Path
from typing import NamedTuple

import pytest

from dartd.board.core import Board
from dartd.board.throws import ThrowTimes
from dartd.replay.explain.observer import EvidenceRecorder
from dartd.replay.playlist import Playlist
from dartd.replay.replay import ReplayedEvent
from schemas.base import BoardId, EventId
from schemas.board import BoardSpec
from schemas.events import DartHit, Envelope
from schemas.geometry import Axis3
from schemas.pipe.from_worker import Calibrated, MotionDetected, Settled, SourceOpened
from schemas.recording import RecordedCamera, Recording, Sequence
from tests.support.sightings import rig, sighting_of

AXIS = Axis3(x_mm=10.0, y_mm=103.0, slope_x=0.05, slope_y=0.2)


class Seen(NamedTuple):
    """What a replay leaves behind: the recorder, the events, and the recording that was played."""

    recorder: EvidenceRecorder
    events: list[ReplayedEvent]
    playlist: Playlist


@pytest.fixture(scope="session")
def seen() -> Seen:
    """Return the replay of a dart in the T20 at 1.5 s, seen by three cameras."""
    calibrations = rig()
    cameras = [c.camera_id for c in calibrations]
    recorder = EvidenceRecorder(Board(BoardId("main"), cameras, BoardSpec(), ThrowTimes()))
    recorder.step([SourceOpened(camera_id=c, pid=1, width=800, height=600) for c in cameras], 0.0)
    recorder.step([Calibrated(camera_id=c.camera_id, t_s=0.1, calibration=c) for c in calibrations], 0.1)
    recorder.step([MotionDetected(camera_id=c, t_s=1.4, episode=1) for c in cameras], 1.4)
    settled = [
        Settled(
            camera_id=c.camera_id, t_s=1.5, episode=1, started_s=1.4, finding="dart", changed_share=0.01, sightings=(sighting_of(c, AXIS),)
        )
        for c in calibrations
    ]
    step = recorder.step(settled, 1.5)
    events = [
        ReplayedEvent(
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
    return Seen(recorder, events, Playlist(Path(), recording))
