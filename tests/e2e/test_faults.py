"""Scenarios of faults: on the real daemon, and picture by picture on cameras and board alone."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.base import CameraId
from schemas.events import CameraStateChanged, DartHit
from schemas.faults import FrameFault, ScriptedFault
from tests.e2e.conftest import RIG
from tests.support.fault_run import FaultRun
from tests.support.player import DecidedEvent, Live, play, simulated
from workers.sources import Source
from workers.sources.faulty import FaultySource
from workers.sources.simulator.script import Script
from workers.sources.simulator.truth import truth

pytestmark = pytest.mark.timeout(900)
_LONG = pytest.mark.skipif("LONG_TESTS" not in os.environ, reason="the bench plays each fault; set LONG_TESTS=1 to see it here")
FPS = 8.0
REASONS: dict[str, list[str]] = {"frozen": [], "corrupt": [], "slow": []}  # too short, or reported by the process around the detector
STRUCK, OTHER = CameraId("cam0"), CameraId("cam1")


@pytest.mark.alone
async def test_faults_are_published_and_the_daemon_recovers(folder: Path) -> None:
    """A crash, a black and an unplugged camera, a full disk and a clock that jumps: each is published, and the board is healthy again."""
    faults = [
        ScriptedFault(kind="crash", at_s=8, camera=STRUCK),
        ScriptedFault(kind="black", at_s=8, for_s=3, camera=OTHER),
        ScriptedFault(kind="disk_full", at_s=14, for_s=3),
        ScriptedFault(kind="unplugged", at_s=14, for_s=1, camera=OTHER),
        ScriptedFault(kind="clock_step", at_s=15, for_s=4, step_s=-7200),
    ]
    async with FaultRun(folder, faults, state=folder / "state", rig=RIG, first_s=1000, fps=FPS) as run:
        await run.until_s(19.5)
        await run.waiting.soon(lambda: all(sample.health == "healthy" for sample in run.samples[-10:]), "a healthy board")
        unhealthy_s, healthy_s = run.unhealthy_s(8)
        reasons = {reason for sample in run.samples for reason in sample.reasons}
        events = [h.event for h in run.received]
        wrong, figures = run.broken_journal(), run.figures()
        status = run.end()

    cameras = [(e["camera_id"], e["state"], e["reason"].partition(":")[0]) for e in events if e["event_type"] == "camera_state_changed"]
    stalls = [e for e in events if e["event_type"] == "board_state_changed" and "journal" in e["reason"]]
    assert (unhealthy_s is not None, healthy_s is not None) == (True, True)
    assert {"camera cam1: black", "the journal cannot be written; events are held until it can"} <= reasons
    assert (STRUCK, "offline", "the camera process was killed by signal 11") in cameras
    assert (OTHER, "ready", "black") in cameras
    assert any(e.get("camera_id") == OTHER and "unplugged" in e["reason"] for e in events if e["event_type"] == "camera_state_changed")
    assert [e["status"] for e in stalls] == ["error", "throw"]
    assert (wrong, figures["processes"], status) == ([], 3, 0)
    assert len(run.log) < 150


@pytest.mark.parametrize("kind", ["black", *(pytest.param(kind, marks=_LONG) for kind in ("exposure", "frozen", "corrupt", "slow"))])
def test_darts_are_scored_while_a_camera_does_not_see_well(kind: FrameFault) -> None:
    """What the others see is published right, the fault itself causes no event of the board, and the camera counts again afterwards."""
    story = Script(name="tc8_1", seed=11)
    until_s = story.lead_s + story.length_s
    visit = truth(story, until_s)["sequences"][story.name]["visits"][0]
    dart = next(e for e in visit["events"] if e["event"] == "dart_hit")
    landed_s = dart["t_ms"] / 1000
    fault = ScriptedFault(kind=kind, at_s=landed_s - 1.0, for_s=1.6, camera=STRUCK)
    specs = simulated(f"seed={story.seed}&story={story.name}", RIG, fps=10, hint=True)
    events = list(play(specs, until_s=until_s, around=lambda spec, source: _with_fault(Live(source), fault, spec.camera_id)))
    hits = [t for t in events if isinstance(t.event, DartHit)]

    assert [(t.event.score.label, t.event.score.ring) for t in hits if isinstance(t.event, DartHit)] == [(dart["label"], dart["ring"])]
    assert list(_reasons(events)) == REASONS.get(kind, [kind, ""])
    assert [t.event.__struct_config__.tag for t in events if t.t_s > landed_s][-3:-1] == ["visit_completed", "takeout_finished"]


def _with_fault(source: Source, fault: ScriptedFault, camera_id: CameraId) -> Source:
    return FaultySource(source, [fault]) if fault.concerns(camera_id) else source


def _reasons(events: list[DecidedEvent]) -> Iterator[str]:
    """Yield the reasons published for the faulty camera, once it was ready."""
    changes = [t.event for t in events if isinstance(t.event, CameraStateChanged) and t.event.camera_id == STRUCK]
    for change in changes:
        if change.state == change.previous_state == "ready":
            yield change.reason.partition(":")[0]
