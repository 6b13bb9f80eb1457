"""Topics of events."""

import msgspec

from dartd.store.event_topics import topic_of
from schemas.base import BoardId, CameraId, VisitId
from schemas.events import AlertChanged, CalibrationChanged, EntityDeleted, TakeoutStarted
from schemas.match import MatchPlayer
from schemas.tournament import FixtureSide
from tests.support.alerts import ALERT
from tests.support.tournaments import added, make_fixture

BOARD = BoardId("main")


def test_topics_of_cameras_and_boards_differ() -> None:
    """What concerns a camera goes to its topic, the rest to the board's."""
    topics = [
        topic_of(CalibrationChanged(camera_id=CameraId("cam1"), state="ready"), BOARD),
        topic_of(TakeoutStarted(visit_id=VisitId("v"), darts_in_board=3), BOARD),
    ]

    assert topics == ["camera:cam1", "board:main"]


def test_topics_of_alerts() -> None:
    """The severity, and whether it is about performance."""
    other = msgspec.structs.replace(ALERT, severity="high", operation_type="camera")

    assert [topic_of(AlertChanged(alert=each), BOARD) for each in (ALERT, other)] == ["alerts:warning:performance", "alerts:high"]


def test_topic_of_a_fixture_names_all_that_it_is_of() -> None:
    """Its list, its tournament if it has one, and the profiles of its sides, also when it is deleted."""
    players = (MatchPlayer(player_id="p1"), MatchPlayer(name="Bob"))
    fixture = make_fixture(sides=tuple(FixtureSide(side=k, players=(each,)) for k, each in enumerate(players)))
    alone = msgspec.structs.replace(fixture, tournament_id=None)
    gone = EntityDeleted(entity_type="fixture", entity_id="f1", payload=msgspec.to_builtins(alone), user_id="u1")

    assert [topic_of(each, BOARD) for each in (added("fixture", fixture), gone)] == [
        "fixtures:all:list:l1:tournament:t1:player:p1",
        "fixtures:all:list:l1:player:p1",
    ]
