"""What is published over MQTT, and which commands are understood; pure."""

from typing import Any, Final

import msgspec

from schemas.base import Value
from schemas.codec import UNREADABLE
from schemas.commands import BoardCommand, CalibrateBoard, ResetBoard, StartBoard, StopBoard
from schemas.events import (
    BoardEvent,
    DartBounceOut,
    DartHit,
    FalseTakeout,
    JournalledEvent,
    LegFinished,
    MatchFinished,
    MatchStateChanged,
    Snapshot,
    TakeoutFinished,
    TakeoutStarted,
    ThrowMiss,
    VisitCompleted,
    VisitScored,
)
from schemas.events.play import PlayEvent
from schemas.match import MatchState

PUBLISHED: Final = (*BoardEvent.__args__, *PlayEvent.__args__)
EVENT_TYPES: Final = tuple(sorted(str(each.__struct_config__.tag) for each in PUBLISHED))
TRIGGERS: Final = {
    "dart": "dart",
    "miss": "dart",
    "bounce_out": "dart",
    "180": "visit",
    "bust": "visit",
    "takeout_started": "takeout",
    "takeout_finished": "takeout",
    "false_takeout": "takeout",
    "match_started": "match",
    "leg_won": "match",
    "match_won": "match",
}  # the payload of each trigger, and its type for Home Assistant
COMMANDS: Final[dict[str, BoardCommand]] = {
    "start": StartBoard(),
    "stop": StopBoard(),
    "reset": ResetBoard(),
    "calibrate": CalibrateBoard(),
}
_MAXIMUM: Final = 180


class Topics(Value, frozen=True, kw_only=True):
    """The topics of a board."""

    root: str

    @property
    def event(self) -> str:
        """Return that of events, which are never retained."""
        return f"{self.root}/event"

    @property
    def state(self) -> str:
        """Return that of the state, which is retained."""
        return f"{self.root}/state"

    @property
    def cameras(self) -> str:
        """Return that of the frames per second of the cameras, which are retained."""
        return f"{self.root}/cameras"

    @property
    def trigger(self) -> str:
        """Return that of triggers, which are never retained."""
        return f"{self.root}/trigger"

    @property
    def availability(self) -> str:
        """Return that of `online` and `offline`, which are retained."""
        return f"{self.root}/availability"

    @property
    def command(self) -> str:
        """Return that of commands."""
        return f"{self.root}/command"


def topics_of(prefix: str, board_id: str) -> Topics:
    """Return the topics of a board."""
    return Topics(root=f"{prefix}/{board_id}")


def triggers_of(event: JournalledEvent) -> tuple[str, ...]:  # noqa: C901, PLR0911 - one case for each trigger
    """Return the triggers of an event."""
    match event:
        case DartHit():
            return ("dart",)
        case ThrowMiss():
            return ("miss",)
        case DartBounceOut():
            return ("bounce_out",)
        case VisitCompleted() if event.total == _MAXIMUM and not event.revised:
            return ("180",)
        case VisitScored() if event.bust:
            return ("bust",)
        case TakeoutStarted():
            return ("takeout_started",)
        case TakeoutFinished():
            return ("takeout_finished",)
        case FalseTakeout():
            return ("false_takeout",)
        case MatchStateChanged() if event.status == "running" and event.previous_status in {None, "scheduled"}:
            return ("match_started",)
        case LegFinished() if event.winner is not None:
            return ("leg_won",)
        case MatchFinished() if event.winner is not None:
            return ("match_won",)
        case _:
            return ()


def command_of(payload: bytes) -> BoardCommand | None:
    """Return the command in a message: its name, or a JSON object with it as `action`; None if it is none."""
    try:
        text = payload.decode().strip()
        if text.startswith("{"):
            text = str(msgspec.json.decode(text, type=dict[str, Any]).get("action", ""))
    except UNREADABLE:
        return None
    return COMMANDS.get(text)


def state_of(snapshot: Snapshot) -> dict[str, Any]:
    """Return the state: the snapshot without what changes all the time, and of the match what sensors show (`play`)."""
    state: dict[str, Any] = msgspec.to_builtins(snapshot)
    for camera in state["cameras"]:
        del camera["fps"]
    return {**state, "play": play_of(snapshot.match)}


def cameras_of(snapshot: Snapshot) -> dict[str, float]:
    """Return the frames per second of each camera."""
    return {camera.camera_id: camera.fps for camera in snapshot.cameras}


def play_of(match: MatchState | None) -> dict[str, Any]:
    """Return who throws, what remains, the average, whether the visit is bust, legs and sets; None without a match."""
    turn = None if match is None else match.turn
    if match is None or turn is None or not 0 <= turn.side < len(match.sides):
        empty = ("thrower", "remaining", "average", "bust", "set", "leg", "score")
        return {"game": None if match is None else match.rules.get("game"), **dict.fromkeys(empty)}
    side = match.sides[turn.side]
    names = [each.name for each in side.players if each.name and each.player_id in {None, turn.player_id}]
    return {
        "game": match.rules.get("game"),
        "thrower": side.name or (names[0] if names else f"{turn.side + 1}"),
        "remaining": side.score.get("remaining"),
        "average": None if side.average is None else side.average,
        "bust": turn.bust,
        "set": turn.set,
        "leg": turn.leg,
        "score": " : ".join(str(each.legs) for each in match.sides),
    }
