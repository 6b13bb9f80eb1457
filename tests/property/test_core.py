"""Whatever cameras, processes and people say, in whatever order: the board goes on and sends orders to cameras it has."""

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from dartd.decision import Input, WorkerChange
from schemas.base import DartId
from schemas.commands import BoardCommand, CalibrateBoard, CorrectDart, ResetBoard, StartBoard, StopBoard
from schemas.events import DartHit
from schemas.geometry import Axis3
from schemas.pipe.from_worker import Calibrated, CalibrationRefused, CameraFault, MotionDetected, SequenceStarted, Settled, SourceOpened
from schemas.pipe.sightings import Blob, DartPresence, Sighting
from schemas.pipe.to_worker import RevertReference, UpdateBoard
from tests.support.scripted_cameras import ScriptedCameras
from tests.support.sightings import displaced, rig, sighting_of

CALIBRATIONS = rig(3)
CAMERAS = st.sampled_from([c.camera_id for c in CALIBRATIONS])
NUMBERS = st.integers(0, 2)
AXES = (
    Axis3(x_mm=0.0, y_mm=103.0, slope_y=0.2),
    Axis3(x_mm=12.0, y_mm=98.0, slope_x=0.1, slope_y=0.2),
    Axis3(x_mm=-120.0, y_mm=-90.0),
    Axis3(x_mm=1.0, y_mm=0.0, slope_y=0.3),
)
SEEN = {
    (k, n, bent): displaced(sighting_of(CALIBRATIONS[k], AXES[n]), 30.0 * bent, 0.3 * bent)
    for k in range(3)
    for n in range(4)
    for bent in range(2)
}
EPISODES = st.integers(0, 20)


@st.composite
def sightings(draw: st.DrawFn, camera: int) -> tuple[Sighting, ...]:
    """Draw what a camera may see: lines of darts, and lines of nothing."""
    keys = draw(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 1)), max_size=3))
    return tuple(SEEN[camera, number, bent] for number, bent in keys)


@st.composite
def settled(draw: st.DrawFn) -> Settled:
    """Draw what a camera may say when its picture stands still."""
    camera = draw(NUMBERS)
    share = st.floats(0, 1)
    return Settled(
        camera_id=CALIBRATIONS[camera].camera_id,
        t_s=0.0,
        episode=draw(EPISODES),
        started_s=0.0,
        finding=draw(st.sampled_from(["nothing", "dart", "hand", "other"])),
        flight=draw(st.booleans()),
        max_share=draw(share),
        empty_share=draw(st.none() | share),
        sightings=draw(sightings(camera)),
        blobs=tuple(draw(st.lists(st.builds(Blob, u=share, v=share, radius=share), max_size=3))),
        presence=tuple(
            DartPresence(dart_id=DartId(f"main-d00000{number}"), score=draw(share), weight=draw(share))
            for number in draw(st.sets(st.integers(1, 4), max_size=3))
        ),
    )


COMMANDS: st.SearchStrategy[BoardCommand] = st.one_of(
    st.sampled_from([ResetBoard(), StartBoard(), StopBoard(), CalibrateBoard()]),
    st.builds(
        CorrectDart,
        operation=st.sampled_from(["change", "delete", "insert"]),
        label=st.sampled_from([None, "T20", "nonsense"]),
        dart_number=st.none() | st.integers(-1, 4),
    ),
)
INPUTS: st.SearchStrategy[Input] = st.one_of(
    st.builds(MotionDetected, camera_id=CAMERAS, t_s=st.just(0.0), episode=EPISODES, hand=st.booleans()),
    settled(),
    settled(),
    settled(),
    COMMANDS,
    st.builds(SourceOpened, camera_id=CAMERAS, pid=st.just(1), width=st.just(800), height=st.just(600)),
    st.sampled_from(CALIBRATIONS).map(lambda c: Calibrated(camera_id=c.camera_id, t_s=0.0, calibration=c)),
    st.builds(CalibrationRefused, camera_id=CAMERAS, t_s=st.just(0.0), reason=st.just("no board")),
    st.builds(
        CameraFault, camera_id=CAMERAS, t_s=st.just(0.0), fault=st.sampled_from(["camera_gone", "frozen", "ended"]), active=st.booleans()
    ),
    st.builds(WorkerChange, at_s=st.just(0.0), camera_id=CAMERAS, state=st.sampled_from(["starting", "ready", "offline", "error"])),
    st.builds(SequenceStarted, camera_id=CAMERAS, t_s=st.just(0.0), sequence_id=st.sampled_from(["a", "b"])),
)
STORIES = st.lists(st.tuples(st.lists(INPUTS, max_size=4), st.sampled_from([0.0, 0.05, 0.6, 6.0])), max_size=25)


def _play(story: list[tuple[list[Input], float]]) -> ScriptedCameras:
    scene = ScriptedCameras()
    for inputs, seconds in story:
        scene.step(*inputs)
        scene.wait(seconds)
    return scene


@settings(max_examples=60, deadline=None)
@given(STORIES)
def test_orders_name_cameras_that_are_there(story: list[tuple[list[Input], float]]) -> None:
    """No message makes the board fail; every order is for all cameras or one of its own; the last one names what stands."""
    scene = _play(story)
    states = [order for to, order in scene.orders if to is None and isinstance(order, UpdateBoard)]

    assert {to for to, _ in scene.orders} <= {None, *scene.cameras}
    assert all(to is not None for to, order in scene.orders if isinstance(order, RevertReference))
    assert not states or scene.board.known_darts() in [(), states[-1].darts]


@settings(max_examples=60, deadline=None)
@given(STORIES)
def test_deadlines_pass(story: list[tuple[list[Input], float]]) -> None:
    """A step at the deadline moves it on or ends it: the board never asks to be called again and again at the same time."""
    scene = _play(story)
    calls = 0
    while (due := scene.board.deadline()) is not None:
        scene.now = max(scene.now, due)
        scene.step()
        calls += 1

        assert calls < 20
        assert math.isfinite(due)


@settings(max_examples=60, deadline=None)
@given(STORIES)
def test_events_are_consistent(story: list[tuple[list[Input], float]]) -> None:
    """Every hit has an id of its own, lies where darts can be, and was seen by cameras of the board."""
    scene = _play(story)
    hits = [e for e in scene.events if isinstance(e, DartHit)]

    assert len({h.dart_id for h in hits}) == len(hits)
    for hit in hits:
        assert math.hypot(hit.board_coordinates.x_mm, hit.board_coordinates.y_mm) < 400
        assert 0 <= hit.fusion.confidence <= 1
        assert hit.fusion.uncertainty_mm > 0
        assert set(hit.fusion.cameras_used) <= set(scene.cameras)


@settings(max_examples=60, deadline=None)
@given(STORIES)
def test_the_same_inputs_give_the_same_events(story: list[tuple[list[Input], float]]) -> None:
    """Two boards with the same inputs return the same events and orders: a replay repeats them."""
    one, two = _play(story), _play(story)

    assert one.events == two.events
    assert one.orders == two.orders


@settings(max_examples=60, deadline=None)
@given(STORIES)
def test_a_board_comes_back_whatever_happened(story: list[tuple[list[Input], float]]) -> None:
    """From the events alone a board has the same darts standing."""
    scene = _play(story)
    again = ScriptedCameras(ready=False)
    again.board.restore(None, [(event, scene.now) for event in scene.events], now=scene.now, epoch_s=0.0)

    assert [d.dart_id for d in again.board.known_darts()] == [d.dart_id for d in scene.board.known_darts()]
