"""What is published over MQTT."""

import json

import pytest

from dartd.outlets.mqtt.messages import EVENT_TYPES, TRIGGERS, command_of, play_of, state_of, topics_of, triggers_of
from schemas.base import BoardId, CameraId, VisitId
from schemas.commands import CalibrateBoard, ResetBoard, StartBoard
from schemas.events import CameraSnapshot, MatchFinished, Snapshot, VisitCompleted, VisitSnapshot
from schemas.match import MatchPlayer, MatchSide, MatchState, MatchTurn
from tests.support.throws import hit

_SIDES = (
    MatchSide(side=0, name=None, players=(MatchPlayer(name="Ada"),), score={"remaining": 121}, average="60.00", legs=1),
    MatchSide(side=1, name="The others", players=(), score={"remaining": 40}),
)


def _match(turn: MatchTurn | None) -> MatchState:
    rules = {"game": "x01"}
    return MatchState(match_id="m", status="running", board_id="main", rules=rules, format={}, sides=_SIDES, turn=turn, created_at="")


@pytest.mark.parametrize(
    ("payload", "command"),
    [
        (b"reset", ResetBoard()),
        (b'{"action": "start"}', StartBoard()),
        (b" calibrate\n", CalibrateBoard()),
        (b"correct", None),
        (b'{"action": ["start"]}', None),
        (b"{", None),
        (b"\xff", None),
        (b"", None),
    ],
)
def test_commands_are_names_or_objects(payload: bytes, command: object) -> None:
    """Anything else is no command."""
    assert command_of(payload) == command


def test_triggers_are_those_that_are_announced() -> None:
    """Each once, and a visit that is published again by a correction is no second 180."""
    visit = VisitCompleted(visit_id=VisitId("v"), throws=(), total=180, reason="three_darts")
    revised = VisitCompleted(visit_id=VisitId("v"), throws=(), total=180, reason="correction", revised=True)
    won = MatchFinished(match_id="m", winner=1, draw=False, sides=())

    assert [triggers_of(each) for each in (hit(), visit, revised, won)] == [("dart",), ("180",), (), ("match_won",)]
    assert {"dart", "180", "match_won"} <= TRIGGERS.keys()
    assert {"dart_hit", "visit_completed", "match_finished", "turn_changed"} <= set(EVENT_TYPES)


def test_a_match_has_its_thrower() -> None:
    """The name of the side or of its player, what remains, and the legs."""
    turn = MatchTurn(side=0, player_id=None, set=1, leg=2, round=1)
    play = play_of(_match(turn))

    assert (play["thrower"], play["remaining"], play["average"], play["score"]) == ("Ada", 121, "60.00", "1 : 0")
    assert play_of(None).keys() == play_of(_match(None)).keys() == play.keys()


def test_frame_rates_are_no_change_of_state() -> None:
    """They change all the time, and have a topic of their own."""
    camera = CameraSnapshot(camera_id=CameraId("cam0"), state="ready", fps=29.7)
    visit = VisitSnapshot(visit_id=VisitId("v"))
    snapshot = Snapshot(board_id=BoardId("main"), last_seq=1, state="wait_for_throw", status="throw", visit=visit, cameras=(camera,))

    assert "fps" not in json.dumps(state_of(snapshot))
    assert topics_of("dartd", "main").event == "dartd/main/event"
