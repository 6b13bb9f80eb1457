"""Every event as clients receive it, one flat JSON object each, and the envelope that journals one."""

from schemas.base import BoardId, EventId, Value
from schemas.events.alert import AlertChanged
from schemas.events.board import (
    BoardCoordinates,
    BoardPoint,
    BoardReset,
    BoardStateChanged,
    BoardStatus,
    DartBounceOut,
    DartCorrected,
    DartHit,
    DartMoved,
    DartOnBoard,
    DartRemoved,
    DartUnscored,
    Detection,
    Deviation,
    ExtraDart,
    FalseTakeout,
    Fusion,
    MotionData,
    PixelPoint,
    PlayerSignedOn,
    PolarCoordinates,
    Score,
    Suggestion,
    TakeoutFinished,
    TakeoutOverdue,
    TakeoutStarted,
    ThrowMiss,
    ThrowState,
    Timing,
    VisitCompleted,
    VisitSnapshot,
    VisitThrow,
)
from schemas.events.camera import CalibrationChanged, CameraState, CameraStateChanged
from schemas.events.entity import (
    CommentAdded,
    EntityAdded,
    EntityAssigned,
    EntityDeleted,
    EntityStatusChanged,
    EntityUpdated,
    PlayerErased,
    PlayerMerged,
)
from schemas.events.live import (
    ActiveSession,
    CameraSnapshot,
    ErrorMessage,
    Gap,
    Heartbeat,
    Hello,
    MetricsUpdate,
    Pong,
    Presence,
    Snapshot,
    SystemStatus,
    Watcher,
    ZoneOccupancy,
    ZoneUpdate,
)
from schemas.events.play import (
    FixtureReported,
    LegFinished,
    LegReopened,
    LegSigned,
    MatchCommanded,
    MatchFinished,
    MatchImported,
    MatchStateChanged,
    PlayedLeg,
    PlayedVisit,
    PlayEvent,
    RevisedVisit,
    RoundChanged,
    RoundData,
    SetFinished,
    StatisticsUpdated,
    TurnChanged,
    TurnRevised,
    VisitScored,
)
from schemas.events.session import SessionUpdated

# What the board's decider emits and its memory folds: closed, so that a match over it is complete.
BoardEvent = (
    DartHit
    | DartUnscored
    | ExtraDart
    | DartRemoved
    | DartBounceOut
    | DartMoved
    | ThrowMiss
    | VisitCompleted
    | DartCorrected
    | TakeoutStarted
    | TakeoutFinished
    | FalseTakeout
    | TakeoutOverdue
    | BoardStateChanged
    | BoardReset
    | PlayerSignedOn
    | CameraStateChanged
    | CalibrationChanged
)
# About one entity; the topic is the entity's own.
EntityChange = EntityAdded | EntityUpdated | EntityDeleted | EntityStatusChanged | EntityAssigned | CommentAdded
EntityEvent = EntityChange | PlayerMerged | PlayerErased
JournalledEvent = BoardEvent | PlayEvent | SessionUpdated | AlertChanged | EntityEvent
# Not journalled: `timestamp` is all that is added, no `seq event_id board_id topic`.
LiveEvent = Hello | Snapshot | Pong | ErrorMessage | Gap | Heartbeat | Presence | MetricsUpdate | SystemStatus | ZoneUpdate


class Envelope(Value, frozen=True, kw_only=True):
    """A journalled event with its position in the stream. `wire` is the flat JSON object as every client receives it."""

    seq: int
    event_id: EventId
    board_id: BoardId
    topic: str
    at_s: float
    timestamp: str
    event: JournalledEvent
    wire: bytes


__all__ = [
    "ActiveSession",
    "AlertChanged",
    "BoardCoordinates",
    "BoardEvent",
    "BoardPoint",
    "BoardReset",
    "BoardStateChanged",
    "BoardStatus",
    "CalibrationChanged",
    "CameraSnapshot",
    "CameraState",
    "CameraStateChanged",
    "CommentAdded",
    "DartBounceOut",
    "DartCorrected",
    "DartHit",
    "DartMoved",
    "DartOnBoard",
    "DartRemoved",
    "DartUnscored",
    "Detection",
    "Deviation",
    "EntityAdded",
    "EntityAssigned",
    "EntityChange",
    "EntityDeleted",
    "EntityEvent",
    "EntityStatusChanged",
    "EntityUpdated",
    "Envelope",
    "ErrorMessage",
    "ExtraDart",
    "FalseTakeout",
    "FixtureReported",
    "Fusion",
    "Gap",
    "Heartbeat",
    "Hello",
    "JournalledEvent",
    "LegFinished",
    "LegReopened",
    "LegSigned",
    "LiveEvent",
    "MatchCommanded",
    "MatchFinished",
    "MatchImported",
    "MatchStateChanged",
    "MetricsUpdate",
    "MotionData",
    "PixelPoint",
    "PlayEvent",
    "PlayedLeg",
    "PlayedVisit",
    "PlayerErased",
    "PlayerMerged",
    "PlayerSignedOn",
    "PolarCoordinates",
    "Pong",
    "Presence",
    "RevisedVisit",
    "RoundChanged",
    "RoundData",
    "Score",
    "SessionUpdated",
    "SetFinished",
    "Snapshot",
    "StatisticsUpdated",
    "Suggestion",
    "SystemStatus",
    "TakeoutFinished",
    "TakeoutOverdue",
    "TakeoutStarted",
    "ThrowMiss",
    "ThrowState",
    "Timing",
    "TurnChanged",
    "TurnRevised",
    "VisitCompleted",
    "VisitScored",
    "VisitSnapshot",
    "VisitThrow",
    "Watcher",
    "ZoneOccupancy",
    "ZoneUpdate",
]
