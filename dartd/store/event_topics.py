"""The topic of each journalled event."""

from typing import Any

from schemas.base import BoardId
from schemas.events import (
    AlertChanged,
    CalibrationChanged,
    CameraStateChanged,
    EntityEvent,
    JournalledEvent,
    PlayerErased,
    PlayerMerged,
    PlayEvent,
    SessionUpdated,
    StatisticsUpdated,
)

SHARED_TOPICS = {
    "comment": "comments",
    "correction": "corrections",
    "fixture": "fixtures",
    "webhook": "webhooks",
}  # of entities; comments add their parent


def topic_of(event: JournalledEvent, board_id: BoardId) -> str:  # noqa: PLR0911 - one case for each kind of event
    """Return the one topic of an event: that of its camera, match, player, session or entity when it is about one, else the board's."""
    match event:
        case PlayerMerged() | PlayerErased() | StatisticsUpdated():
            return f"player:{event.player_id}"
        case SessionUpdated():
            return f"session:{event.session.session_id}"
        case AlertChanged():
            return f"alerts:{event.alert.severity}" + (":performance" if event.alert.operation_type == "performance" else "")
        case CameraStateChanged() | CalibrationChanged():
            return f"camera:{event.camera_id}"
        case _ if isinstance(event, PlayEvent):
            return f"match:{event.match_id}"
        case _ if isinstance(event, EntityEvent):
            shared = SHARED_TOPICS.get(event.entity_type, f"{event.entity_type}:{event.entity_id}")
            if shared == "fixtures":
                return _topic_of_fixture(event.payload)
            return f"{shared}:{event.payload['parent_type']}:{event.payload['parent_id']}" if shared == "comments" else shared
        case _:
            return f"board:{board_id}"


def _topic_of_fixture(payload: dict[str, Any]) -> str:
    """Return the topic of a fixture, which names all that it is of: `fixtures:all:list:L:tournament:T:player:A:player:B`."""
    parts = ["fixtures:all", f"list:{payload['list_id']}"]
    if payload.get("tournament_id") is not None:
        parts.append(f"tournament:{payload['tournament_id']}")
    players = dict.fromkeys(player.get("player_id") for side in payload["sides"] for player in side.get("players", ()))
    return ":".join([*parts, *(f"player:{each}" for each in players if each is not None)])
