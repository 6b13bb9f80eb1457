"""Commands of people to the board. A command enters the same inbox as the cameras' messages."""

from typing import Literal

from schemas.base import CameraId, Command, DartId, VisitId
from schemas.correction import CorrectionCommand
from schemas.geometry import Calibration
from schemas.match_commands import MatchCommand
from schemas.tournament_commands import TournamentCommand


class ResetBoard(Command, tag="reset", frozen=True, kw_only=True):
    """Forget what stands in the board; start a fresh visit. Works from every state."""

    user_id: str | None = None


class StartBoard(Command, tag="start", frozen=True, kw_only=True):
    """Detect and score."""

    user_id: str | None = None


class StopBoard(Command, tag="stop", frozen=True, kw_only=True):
    """Stop detecting; cameras keep running."""

    user_id: str | None = None


class CalibrateBoard(Command, tag="calibrate", frozen=True, kw_only=True):
    """Calibrate every camera anew from the empty board, or one."""

    camera_id: CameraId | None = None
    user_id: str | None = None


class CorrectDart(Command, tag="correct", frozen=True, kw_only=True):
    """Change, delete or insert a dart of the visit that runs or the last one.

    `change` and `delete` name the dart by `dart_id`, or by visit and number; `insert` takes the first free slot.
    """

    operation: Literal["change", "delete", "insert"]
    label: str | None = None
    dart_id: DartId | None = None
    visit_id: VisitId | None = None
    dart_number: int | None = None
    user_id: str | None = None
    own_player_id: str | None = None  # the only player whose darts may be corrected; None: those of all


class SignOnPlayer(Command, tag="sign_on", frozen=True, kw_only=True):
    """Sign a player on at the board, or (None) off; visits that begin from here on are theirs."""

    player_id: str | None
    user_id: str | None = None


class TakeCalibration(Command, tag="take_calibration", frozen=True, kw_only=True):
    """Give a camera this calibration, as far as its picture agrees."""

    calibration: Calibration
    user_id: str | None = None


class OrientCamera(Command, tag="orient_camera", frozen=True, kw_only=True):
    """Say which sector a camera is nearest to, or at which pixel it sees the 20; its numbers cannot be read."""

    camera_id: CameraId
    near_sector: int | None = None
    twenty_px: tuple[float, float] | None = None
    user_id: str | None = None


SpokenCommand = ResetBoard | StartBoard | StopBoard | CalibrateBoard | CorrectDart  # what the WebSocket understands
BoardCommand = SpokenCommand | TakeCalibration | OrientCamera | SignOnPlayer
AnyCommand = BoardCommand | MatchCommand | CorrectionCommand | TournamentCommand
