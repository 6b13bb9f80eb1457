"""The topic of each journalled event."""

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

SHARED_TOPICS = {"comment": "comments", "correction": "corrections", "webhook": "webhooks"}  # of entities; comments add their parent


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
            return f"{shared}:{event.payload['parent_type']}:{event.payload['parent_id']}" if shared == "comments" else shared
        case _:
            return f"board:{board_id}"
